"""The Python package pgvector with Django: migration, fields, distances, aggregates, indexes."""

import sys
from urllib.parse import parse_qs, urlparse

import django
from django.conf import settings


def configure(dsn):
    url = urlparse(dsn)
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.path.strip("/"),
        "USER": url.username,
        "HOST": parse_qs(url.query)["host"][0],
    }
    settings.configure(DATABASES={"default": database}, INSTALLED_APPS=["pgvector.django"])
    django.setup()


configure(sys.argv[1])

from django.db import connection, migrations, models  # noqa: E402
from django.db.migrations.loader import MigrationLoader  # noqa: E402
from django.db.models import Avg, Sum  # noqa: E402
from pgvector import HalfVector, SparseVector  # noqa: E402
from pgvector.django import (  # noqa: E402
    BitField,
    CosineDistance,
    HalfVectorField,
    HammingDistance,
    HnswIndex,
    IvfflatIndex,
    JaccardDistance,
    L1Distance,
    L2Distance,
    MaxInnerProduct,
    SparseVectorField,
    VectorExtension,
    VectorField,
)

ROWS = ([1, 1, 1], [2, 2, 2], [1, 1, 2])


class Item(models.Model):
    v = VectorField(dimensions=3)
    h = HalfVectorField(dimensions=3)
    s = SparseVectorField(dimensions=3)
    b = BitField(length=3)

    class Meta:
        app_label = "desk"
        db_table = "django_item"
        indexes = [
            HnswIndex(name="django_v", fields=["v"], m=16, ef_construction=64,
                      opclasses=["vector_l2_ops"]),
            IvfflatIndex(name="django_lists", fields=["v"], lists=1, opclasses=["vector_l2_ops"]),
            HnswIndex(name="django_h", fields=["h"], opclasses=["halfvec_l2_ops"]),
            HnswIndex(name="django_s", fields=["s"], opclasses=["sparsevec_l2_ops"]),
            HnswIndex(name="django_b", fields=["b"], opclasses=["bit_hamming_ops"]),
        ]  # fmt: skip


def migrates():
    """The migration operation that every project begins with."""

    class Migration(migrations.Migration):
        operations = [VectorExtension()]

    state = MigrationLoader(connection).project_state()
    with connection.schema_editor() as editor:
        Migration("0001", "desk").apply(state, editor)
    with connection.schema_editor() as editor:
        editor.create_model(Item)


def ids(distance):
    return list(Item.objects.order_by(distance).values_list("id", flat=True))


def orders():
    for i, (row, bits) in enumerate(zip(ROWS, ("000", "101", "111")), 1):
        Item(id=i, v=row, h=HalfVector(row), s=SparseVector(row), b=bits).save()
    for field, query in (("v", [1, 1, 1]), ("h", HalfVector([1, 1, 1])), ("s", SparseVector([1, 1, 1]))):
        assert ids(L2Distance(field, query)) == [1, 3, 2], field
        assert ids(MaxInnerProduct(field, query)) == [2, 3, 1], field
        assert ids(CosineDistance(field, query))[2] == 3, field
        assert ids(L1Distance(field, query)) == [1, 3, 2], field
    assert ids(HammingDistance("b", "101")) == [2, 3, 1]
    assert ids(JaccardDistance("b", "101")) == [2, 3, 1]


def aggregates():
    item = Item.objects.aggregate(mean=Avg("v"), total=Sum("h"))
    assert [round(float(x), 4) for x in list(item["mean"])] == [1.3333, 1.3333, 1.6667], item
    assert list(item["total"]) == [4, 4, 5], item


def reads_back():
    item = Item.objects.get(pk=3)
    assert list(item.v) == [1, 1, 2] and list(item.h) == [1, 1, 2], item.v
    assert item.s.to_list() == [1, 1, 2], item.s
    near = Item.objects.alias(d=L2Distance("v", [1, 1, 1])).filter(d__lt=1.5)
    assert sorted(near.values_list("id", flat=True)) == [1, 3]


if __name__ == "__main__":
    for test in (migrates, orders, aggregates, reads_back):
        test()
    print("clients: Django with pgvector, 4 passed")
