"""One suite for every store of users, sign-ins and products: the in-memory twins and DynamoDB behave alike."""

from collections.abc import Iterator

import boto3
import pytest
from msgspec import Struct
from msgspec.structs import replace

from snapjury.adapters.dynamo_catalog import DynamoProducts, DynamoSignIns, DynamoUsers
from snapjury.adapters.memory_reviews import MemoryProducts, MemorySignIns, MemoryUsers
from snapjury.adapters.table import Table
from snapjury.errors import AlreadyExistsError, ConflictError, NotFoundError
from snapjury.rules.product import Product
from snapjury.rules.user import FailedSignIns, Role, count_attempt, forget_failures
from snapjury.services.ports import Products, SignIns, Users
from tests.aws import mocked_aws
from tests.builders import NOON
from tests.people import ada, kevin
from tests.template import create_core_table, create_table

CHIPS = Product("00815099021634", "Sea Salt Tortilla Chips, 10.1 oz", NOON, version=1)
NONE_YET = FailedSignIns("kevin", count=0, blocked_until=0, expires_at=0, version=0)


class Stores(Struct):
    users: Users
    sign_ins: SignIns
    products: Products


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    if request.param == "memory":
        yield Stores(MemoryUsers(), MemorySignIns(), MemoryProducts())
        return
    with mocked_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        create_core_table(client, "core")
        create_table(client, "SessionsTable", "sessions")
        core, sessions = Table(client, "core"), Table(client, "sessions")
        yield Stores(DynamoUsers(core), DynamoSignIns(sessions), DynamoProducts(core))


@pytest.fixture
def users(stores: Stores) -> Users:
    return stores.users


@pytest.fixture
def sign_ins(stores: Stores) -> SignIns:
    return stores.sign_ins


@pytest.fixture
def products(stores: Stores) -> Products:
    return stores.products


# ---- users


@pytest.mark.parametrize("user", [kevin(), ada(disabled=True, tokens_from=NOON)])
def test_an_added_user_is_read_as_it_was(users: Users, user: object) -> None:
    users.add(user)

    assert users.get(user.name) == user


def test_a_name_is_taken_once(users: Users) -> None:
    users.add(kevin())

    with pytest.raises(AlreadyExistsError):
        users.add(kevin(role=Role.ADMIN))
    assert users.get("kevin").role is Role.QA


def test_an_unknown_user_is_not_found(users: Users) -> None:
    with pytest.raises(NotFoundError):
        users.get("kevin")


def test_only_the_next_version_of_a_user_is_saved(users: Users) -> None:
    users.add(kevin())
    disabled = kevin(disabled=True, version=2)
    users.save(disabled)

    for late in (disabled, kevin(version=4)):
        with pytest.raises(ConflictError):
            users.save(late)
    assert users.get("kevin") == disabled


def test_a_user_who_was_never_added_is_not_saved(users: Users) -> None:
    with pytest.raises(ConflictError):
        users.save(kevin(version=2))


def test_users_are_listed_by_name_each_once(users: Users) -> None:
    names = [f"qa-{number:02}" for number in range(25)]
    for name in reversed(names):
        users.add(kevin(name=name))

    seen: list[str] = []
    position: str | None = None
    pages = 0
    while pages == 0 or position:
        page = users.page(10, position)
        seen += [user.name for user in page.users]
        position = page.next_position
        pages += 1

    assert seen == names
    assert pages == 3


def test_a_list_of_users_that_fits_exactly_ends(users: Users) -> None:
    for user in (kevin(), ada()):
        users.add(user)

    page = users.page(2, None)

    assert [user.name for user in page.users] == ["ada", "kevin"]
    assert page.next_position is None


def test_a_list_of_nobody_is_empty(users: Users) -> None:
    assert users.page(10, None).users == ()


# ---- failed sign-ins


def test_nothing_is_known_of_a_name_at_first(sign_ins: SignIns) -> None:
    assert sign_ins.get("kevin") == NONE_YET


def test_failures_are_kept_by_name(sign_ins: SignIns) -> None:
    once = count_attempt(NONE_YET, NOON)
    sign_ins.save(once)
    twice = count_attempt(once, NOON + 1)
    sign_ins.save(twice)

    assert sign_ins.get("kevin") == twice
    assert sign_ins.get("ada").count == 0


def test_of_two_attempts_that_read_the_same_count_one_must_read_again(sign_ins: SignIns) -> None:
    once = count_attempt(NONE_YET, NOON)
    sign_ins.save(once)

    with pytest.raises(ConflictError):
        sign_ins.save(once)

    sign_ins.save(count_attempt(once, NOON))
    with pytest.raises(ConflictError):
        sign_ins.save(forget_failures(once))
    assert sign_ins.get("kevin").count == 2


# ---- products


@pytest.mark.parametrize("product", [CHIPS, replace(CHIPS, reference="ab" * 32, reference_type="png")])
def test_an_added_product_is_read_as_it_was(products: Products, product: Product) -> None:
    products.add(product)

    assert products.get(CHIPS.gtin) == product


def test_a_gtin_is_taken_once(products: Products) -> None:
    products.add(CHIPS)

    with pytest.raises(AlreadyExistsError):
        products.add(replace(CHIPS, name="Crisps"))


def test_an_unknown_product_is_not_found(products: Products) -> None:
    with pytest.raises(NotFoundError):
        products.get(CHIPS.gtin)


def test_only_the_next_version_of_a_product_is_saved(products: Products) -> None:
    products.add(CHIPS)
    renamed = replace(CHIPS, name="Crisps", version=2)
    products.save(renamed)

    with pytest.raises(ConflictError):
        products.save(renamed)
    assert products.get(CHIPS.gtin) == renamed


def test_a_product_loses_its_reference_when_a_version_without_one_is_saved(products: Products) -> None:
    products.add(replace(CHIPS, reference="ab" * 32))

    products.save(replace(CHIPS, version=2))

    assert products.get(CHIPS.gtin).reference is None


def test_a_deleted_product_leaves_the_list_and_is_kept_with_its_gtin(products: Products) -> None:
    products.add(CHIPS)
    deleted = replace(CHIPS, deleted=True, version=2)

    products.save(deleted)

    assert products.page(10, None).products == ()
    assert products.get(CHIPS.gtin) == deleted
    assert products.get_many([CHIPS.gtin]) == {CHIPS.gtin: deleted}
    with pytest.raises(AlreadyExistsError):
        products.add(CHIPS)


def test_a_product_that_comes_back_is_listed_again(products: Products) -> None:
    products.add(CHIPS)
    products.save(replace(CHIPS, deleted=True, version=2))
    back = replace(CHIPS, name="Crisps", version=3)

    products.save(back)

    assert products.page(10, None).products == (back,)


def test_a_product_that_changed_meanwhile_is_not_deleted(products: Products) -> None:
    products.add(CHIPS)
    renamed = replace(CHIPS, name="Crisps", version=2)
    products.save(renamed)

    with pytest.raises(ConflictError):
        products.save(replace(CHIPS, deleted=True, version=2))
    assert products.get(CHIPS.gtin) == renamed


def test_deleted_products_take_no_place_on_a_page(products: Products) -> None:
    for number in range(1, 5):
        products.add(replace(CHIPS, gtin=f"{number:014}"))
    products.save(replace(CHIPS, gtin=f"{1:014}", deleted=True, version=2))

    page = products.page(3, None)

    assert [product.gtin for product in page.products] == [f"{number:014}" for number in (2, 3, 4)]
    assert page.next_position is None


def test_of_many_products_those_that_are_stored_are_found(products: Products) -> None:
    products.add(CHIPS)

    assert products.get_many([CHIPS.gtin, "00000096385074", CHIPS.gtin]) == {CHIPS.gtin: CHIPS}
    assert products.get_many([]) == {}


def test_products_are_listed_by_gtin_each_once(products: Products) -> None:
    gtins = [f"{number:014}" for number in range(1, 8)]
    for gtin in reversed(gtins):
        products.add(replace(CHIPS, gtin=gtin))

    first = products.page(4, None)
    second = products.page(4, first.next_position)

    assert [product.gtin for product in (*first.products, *second.products)] == gtins
    assert second.next_position is None
