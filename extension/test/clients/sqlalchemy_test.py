"""The Python package pgvector with SQLAlchemy: column types, operators, indexes, reflection."""

import sys

from pgvector.sqlalchemy import BIT, HALFVEC, SPARSEVEC, VECTOR, avg, sum
from sqlalchemy import Index, Integer, MetaData, Table, create_engine, inspect, select, text
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

ROWS = ([1, 1, 1], [2, 2, 2], [1, 1, 2])


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "orm_item"
    id = mapped_column(Integer, primary_key=True)
    v = mapped_column(VECTOR(3))
    h = mapped_column(HALFVEC(3))
    s = mapped_column(SPARSEVEC(3))
    b = mapped_column(BIT(3))


def index(name, column, operators, using, **options):
    return Index(
        name,
        column,
        postgresql_using=using,
        postgresql_with=options,
        postgresql_ops={column.key: operators},
    )


index("orm_v", Item.v, "vector_l2_ops", "hnsw", m=16, ef_construction=64)
index("orm_v_lists", Item.v, "vector_l2_ops", "ivfflat", lists=1)
index("orm_h", Item.h, "halfvec_l2_ops", "hnsw")
index("orm_s", Item.s, "sparsevec_l2_ops", "hnsw")
index("orm_b", Item.b, "bit_hamming_ops", "hnsw")


def ids(session, order):
    return list(session.scalars(select(Item.id).order_by(order)))


def orders(session):
    """Each distance of each type puts the rows into the order that pgvector's tests state."""
    for column in (Item.v, Item.h, Item.s):
        assert ids(session, column.l2_distance([1, 1, 1])) == [1, 3, 2]
        assert ids(session, column.max_inner_product([1, 1, 1])) == [2, 3, 1]
        assert ids(session, column.cosine_distance([1, 1, 1]))[2] == 3
        assert ids(session, column.l1_distance([1, 1, 1])) == [1, 3, 2]
    assert ids(session, Item.b.hamming_distance("101")) == [2, 3, 1]
    assert ids(session, Item.b.jaccard_distance("101")) == [2, 3, 1]


def aggregates(session):
    mean = session.scalar(select(avg(Item.v)))
    assert abs(mean[2] - 5 / 3) < 1e-6, mean
    total = session.scalar(select(sum(Item.h)))
    assert list(total) == [4, 4, 5], total


def filters(session):
    """Distances in WHERE."""
    near = session.scalars(select(Item.id).filter(Item.v.l2_distance([1, 1, 1]) < 1.5))
    assert sorted(near) == [1, 3]


def reflects(engine):
    """Table and index definitions read from the catalog name the types."""
    columns = {c["name"]: c["type"] for c in inspect(engine).get_columns("orm_item")}
    assert isinstance(columns["v"], VECTOR) and columns["v"].dim == 3, columns
    assert isinstance(columns["h"], HALFVEC) and isinstance(columns["s"], SPARSEVEC), columns
    table = Table("orm_item", MetaData(), autoload_with=engine)
    assert len(table.indexes) == 5, table.indexes


def main(dsn):
    engine = create_engine(dsn.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("create extension if not exists vector"))
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        for i, (row, bits) in enumerate(zip(ROWS, ("000", "101", "111")), 1):
            session.add(Item(id=i, v=row, h=row, s=row, b=bits))
        session.commit()
        orders(session)
        aggregates(session)
        filters(session)
    reflects(engine)
    print("clients: SQLAlchemy with pgvector, 4 passed")


if __name__ == "__main__":
    main(sys.argv[1])
