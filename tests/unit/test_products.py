import pytest
from msgspec import UNSET

from snapjury.adapters.memory import MemoryAssets
from snapjury.adapters.memory_reviews import MemoryProducts, MemorySnapshots
from snapjury.errors import (
    AlreadyExistsError,
    ConflictError,
    InUseError,
    InvalidRequestError,
    NotFoundError,
    VersionMismatchError,
)
from snapjury.rules.asset import File, State
from snapjury.rules.duplicates import remove_snapshot, unlist_duplicate
from snapjury.rules.product import Product
from snapjury.services.known_products import KnownProducts
from snapjury.services.products import (
    ProductFields,
    ProductPorts,
    create_product,
    delete_product,
    product_of,
    replace_product,
)
from tests.builders import NOON, chips_asset
from tests.jury import chips_snapshot, id_of

UPC, GTIN, SALSA = "815099021634", "00815099021634", "00815099021641"
PHOTO, PACKSHOT, UNFINISHED, LEAFLET = "p" * 20, "s" * 20, "u" * 20, "l" * 20
SHA256 = "ab" * 32
CHIPS = ProductFields("Sea Salt Tortilla Chips, 10.1 oz")


def any_version(_: int) -> None:
    """What a request without If-Match asks for."""


def another_version(stored: int) -> None:
    raise VersionMismatchError(str(stored))


@pytest.fixture
def ports() -> ProductPorts:
    assets = MemoryAssets()
    assets.add(chips_asset(id=PHOTO, state=State.SUCCESS, file=File(SHA256, 12_345, 640, 480)))
    assets.add(chips_asset(id=PACKSHOT, type="png", state=State.SUCCESS, file=File("cd" * 32, 54_321, 640, 480)))
    assets.add(chips_asset(id=UNFINISHED))
    assets.add(chips_asset(id=LEAFLET, type="pdf", state=State.SUCCESS, file=File(SHA256, 12_345, pages=2)))
    return ProductPorts(MemoryProducts(), assets, MemorySnapshots())


def test_a_product_is_kept_by_its_gtin_14_and_found_by_any_length(ports: ProductPorts) -> None:
    created = create_product(UPC, CHIPS, ports, NOON)

    assert created == Product(GTIN, CHIPS.name, NOON, version=1)
    for length in (UPC, "0" + UPC, GTIN):
        assert product_of(length, ports.products) == created


def test_the_same_product_is_created_once_whatever_the_length_of_its_gtin(ports: ProductPorts) -> None:
    create_product(UPC, CHIPS, ports, NOON)

    with pytest.raises(AlreadyExistsError):
        create_product(GTIN, CHIPS, ports, NOON)


@pytest.mark.parametrize("gtin", ["", "815099021635", "chips", "12345"])
def test_what_is_no_gtin_is_refused_in_a_body_and_not_found_in_a_path(ports: ProductPorts, gtin: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        create_product(gtin, CHIPS, ports, NOON)
    assert refused.value.field == "gtin"

    with pytest.raises(NotFoundError):
        product_of(gtin, ports.products)
    with pytest.raises(NotFoundError):
        replace_product(gtin, CHIPS, any_version, ports)
    with pytest.raises(NotFoundError):
        delete_product(gtin, any_version, ports)


def test_the_image_of_a_successful_asset_becomes_the_reference(ports: ProductPorts) -> None:
    assert create_product(UPC, ProductFields("Chips", PHOTO), ports, NOON).reference == SHA256


def test_a_reference_is_kept_with_what_type_of_picture_it_is(ports: ProductPorts) -> None:
    def reference_of(product: Product) -> tuple[str | None, str]:
        return product.reference, product.reference_type

    created = create_product(UPC, ProductFields("Chips", PACKSHOT), ports, NOON)
    renamed = replace_product(UPC, ProductFields("Crisps", UNSET), any_version, ports)
    replaced = replace_product(UPC, ProductFields("Crisps", PHOTO), any_version, ports)

    assert reference_of(created) == reference_of(renamed) == ("cd" * 32, "png")
    assert reference_of(replaced) == (SHA256, "image")


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("x" * 20, "none by this id"),
        ("", "none by this id"),
        ("../x", "none by this id"),
        (UNFINISHED, "this one is queued"),
        (LEAFLET, "of type image or png or webp; this one is pdf"),
    ],
)
def test_another_asset_does_not(ports: ProductPorts, reference: str, why: str) -> None:
    create_product(UPC, CHIPS, ports, NOON)

    with pytest.raises(InvalidRequestError, match=why) as refused:
        replace_product(UPC, ProductFields("Chips", reference), any_version, ports)
    assert refused.value.field == "reference"
    with pytest.raises(InvalidRequestError, match=why):
        create_product("96385074", ProductFields("Salsa", reference), ports, NOON)


def test_a_product_is_renamed_and_keeps_its_image_until_it_is_taken_away(ports: ProductPorts) -> None:
    create_product(UPC, ProductFields("Chips", PHOTO), ports, NOON)

    renamed = replace_product(UPC, ProductFields("Crisps", UNSET), any_version, ports)
    assert renamed == Product(GTIN, "Crisps", NOON, version=2, reference=SHA256)

    bare = replace_product(UPC, ProductFields("Crisps", None), any_version, ports)
    assert bare == Product(GTIN, "Crisps", NOON, version=3)
    assert product_of(GTIN, ports.products) == bare


@pytest.mark.parametrize("name", ["Chips\n", " "])
def test_a_name_that_cannot_be_read_is_refused_also_for_a_product_that_is_there(ports: ProductPorts, name: str) -> None:
    create_product(UPC, CHIPS, ports, NOON)

    with pytest.raises(InvalidRequestError, match="must be printable text") as refused:
        replace_product(UPC, ProductFields(name), any_version, ports)
    assert refused.value.field == "name"
    with pytest.raises(InvalidRequestError) as refused:
        create_product("96385074", ProductFields(name), ports, NOON)
    assert refused.value.field == "name"


def test_an_unknown_product_is_not_found(ports: ProductPorts) -> None:
    with pytest.raises(NotFoundError):
        product_of(GTIN, ports.products)
    with pytest.raises(NotFoundError):
        replace_product(GTIN, CHIPS, any_version, ports)
    with pytest.raises(NotFoundError):
        delete_product(GTIN, any_version, ports)


def test_a_product_without_snapshots_is_deleted(ports: ProductPorts) -> None:
    create_product(UPC, CHIPS, ports, NOON)
    ports.snapshots.add(chips_snapshot(product="00000096385074"))

    delete_product(UPC, any_version, ports)

    with pytest.raises(NotFoundError):
        product_of(GTIN, ports.products)
    with pytest.raises(NotFoundError):
        replace_product(GTIN, CHIPS, any_version, ports)
    with pytest.raises(NotFoundError):
        delete_product(GTIN, any_version, ports)


def test_a_deleted_product_is_still_known_by_its_name_and_reference(ports: ProductPorts) -> None:
    create_product(UPC, ProductFields("Chips", PHOTO), ports, NOON)

    delete_product(UPC, any_version, ports)

    shown = KnownProducts(ports.products).named([GTIN], NOON)[GTIN]
    assert (shown.name, shown.reference, shown.deleted) == ("Chips", SHA256, True)


def test_a_deleted_product_comes_back_as_its_next_version_with_nothing_of_the_old_one(ports: ProductPorts) -> None:
    create_product(UPC, ProductFields("Chips", PHOTO), ports, NOON)
    delete_product(UPC, any_version, ports)

    back = create_product(GTIN, ProductFields("Crisps"), ports, NOON + 1)

    assert back == Product(GTIN, "Crisps", NOON + 1, version=3)
    assert product_of(GTIN, ports.products) == back
    with pytest.raises(AlreadyExistsError):
        create_product(UPC, CHIPS, ports, NOON + 2)


def test_a_product_that_is_back_is_known_to_be_at_once(ports: ProductPorts) -> None:
    known = KnownProducts(ports.products)
    create_product(UPC, CHIPS, ports, NOON)
    delete_product(UPC, any_version, ports)
    assert known.named([GTIN], NOON)[GTIN].deleted

    create_product(UPC, CHIPS, ports, NOON)

    assert not known.named([GTIN], NOON)[GTIN].deleted


def test_only_so_many_products_are_remembered(ports: ProductPorts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("snapjury.services.known_products.MOST", 1)
    for gtin in (GTIN, SALSA):
        create_product(gtin, CHIPS, ports, NOON)
    known = KnownProducts(ports.products)

    shown = [set(known.named(gtins, NOON)) for gtins in ([GTIN], [GTIN, SALSA], [SALSA], [GTIN])]

    assert shown == [{GTIN}, {GTIN, SALSA}, {SALSA}, {GTIN}]
    assert len(known._known) == 2


def test_a_product_that_changes_while_it_is_deleted_stays(ports: ProductPorts) -> None:
    class BusyProducts(MemoryProducts):
        def save(self, product: Product) -> None:
            super().save(Product(GTIN, "Crisps", NOON, version=2))
            super().save(product)

    busy = ProductPorts(BusyProducts(), ports.assets, ports.snapshots)
    create_product(UPC, CHIPS, busy, NOON)

    with pytest.raises(ConflictError):
        delete_product(UPC, any_version, busy)
    assert product_of(UPC, busy.products).name == "Crisps"


def test_a_product_with_snapshots_stays(ports: ProductPorts) -> None:
    create_product(UPC, CHIPS, ports, NOON)
    ports.snapshots.add(chips_snapshot())

    with pytest.raises(InUseError, match="snapshots are filed under"):
        delete_product(UPC, any_version, ports)

    assert product_of(GTIN, ports.products).name == CHIPS.name


def test_a_product_whose_snapshots_were_removed_can_be_deleted_once_nobody_else_has_one(ports: ProductPorts) -> None:
    create_product(UPC, CHIPS, ports, NOON)
    first = chips_snapshot(1, removed_at=NOON, duplicates=(id_of(2),))
    copy = chips_snapshot(2, duplicate_of=first.id)
    ports.snapshots.add(first)
    ports.snapshots.add(copy)
    with pytest.raises(InUseError):
        delete_product(UPC, any_version, ports)

    ports.snapshots.save(remove_snapshot(copy, NOON))
    ports.snapshots.save(unlist_duplicate(first, copy.id))
    delete_product(UPC, any_version, ports)

    with pytest.raises(NotFoundError):
        product_of(GTIN, ports.products)


def test_another_version_is_neither_replaced_nor_deleted(ports: ProductPorts) -> None:
    create_product(UPC, CHIPS, ports, NOON)

    with pytest.raises(VersionMismatchError):
        replace_product(UPC, ProductFields("Crisps"), another_version, ports)
    with pytest.raises(VersionMismatchError):
        delete_product(UPC, another_version, ports)
