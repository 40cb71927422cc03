"""LangChain's PGVector: a store of documents that are found by meaning and by metadata."""

import sys

from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_postgres import PGVector
from langchain_postgres.vectorstores import DistanceStrategy

TEXTS = ("momentum", "carry", "value", "volatility", "breakout", "pairs")


def store(dsn, strategy):
    return PGVector(
        embeddings=DeterministicFakeEmbedding(size=64),
        collection_name=f"notes_{strategy.value}",
        connection=dsn.replace("postgresql://", "postgresql+psycopg://"),
        distance_strategy=strategy,
        use_jsonb=True,
    )


def finds(notes):
    """The same text has the same embedding: it is nearest to itself."""
    for text in TEXTS:
        found = notes.similarity_search_with_score(text, k=3)
        assert found[0][0].page_content == text, found
        assert [score for _, score in found] == sorted(score for _, score in found), found


def filters(notes):
    """Metadata in the filter, as JSON conditions."""
    found = notes.similarity_search("momentum", k=10, filter={"n": {"$gte": 3}})
    assert sorted(d.page_content for d in found) == ["breakout", "pairs", "volatility"], found


def forgets(notes):
    notes.delete(ids=["momentum"])
    found = notes.similarity_search("momentum", k=10)
    assert len(found) == len(TEXTS) - 1, found


def main(dsn):
    for strategy in DistanceStrategy:
        notes = store(dsn, strategy)
        documents = [Document(page_content=t, metadata={"n": n}) for n, t in enumerate(TEXTS)]
        notes.add_documents(documents, ids=list(TEXTS))
        for test in (finds, filters, forgets):
            # The largest inner product need not be a text's own
            if strategy != DistanceStrategy.MAX_INNER_PRODUCT or test is not finds:
                test(notes)
        notes.delete_collection()
    print(f"clients: LangChain's PGVector, {len(DistanceStrategy)} distances passed")


if __name__ == "__main__":
    main(sys.argv[1])
