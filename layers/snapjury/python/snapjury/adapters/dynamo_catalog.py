"""Users and products in the `core` table, failed sign-ins beside the sessions."""

from collections.abc import Callable, Mapping, Sequence

from snapjury.adapters import keys
from snapjury.adapters.lists import ListPage, list_page
from snapjury.adapters.table import Table, to_item
from snapjury.errors import NotFoundError
from snapjury.rules.product import Product
from snapjury.rules.user import FailedSignIns, User
from snapjury.services.ports import ProductPage, UserPage


def names_page(table: Table, index: str, partition: Callable[[int], str], limit: int, position: str | None) -> ListPage:
    """A page of a list in alphabetical order, short enough for one partition."""
    return list_page(table, index, partition, 1, prefix="", limit=limit, position=position, ascending=True)


class DynamoUsers:
    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, user: User) -> None:
        self._table.add(to_item(user, keys.user_key(user.name), keys.listed_user(user.name)))

    def save(self, user: User) -> None:
        self._table.put(to_item(user, keys.user_key(user.name), keys.listed_user(user.name)), user.version)

    def get(self, name: str) -> User:
        return self._table.get(keys.user_key(name), User)

    def page(self, limit: int, position: str | None) -> UserPage:
        found = names_page(self._table, keys.LISTED, keys.listed_users_partition, limit, position)
        stored = self._table.get_many(found.keys, User, lambda user: keys.user_key(user.name)["pk"])
        return UserPage(tuple(stored[key["pk"]] for key in found.keys if key["pk"] in stored), found.next_position)


class DynamoSignIns:
    """Failed sign-ins, in the sessions table, which forgets what has expired."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, name: str) -> FailedSignIns:
        try:
            return self._table.get(keys.sign_in_key(name), FailedSignIns)
        except NotFoundError:
            return FailedSignIns(name, count=0, blocked_until=0, expires_at=0, version=0)

    def save(self, failed: FailedSignIns) -> None:
        self._table.put(to_item(failed, keys.sign_in_key(failed.name)), failed.version)


class DynamoProducts:
    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, product: Product) -> None:
        self._table.add(to_item(product, keys.product_key(product.gtin), keys.listed_product(product)))

    def save(self, product: Product) -> None:
        attributes = keys.product_key(product.gtin), keys.listed_product(product)
        self._table.put(to_item(product, *attributes), product.version)

    def get(self, gtin: str) -> Product:
        return self._table.get(keys.product_key(gtin), Product)

    def get_many(self, gtins: Sequence[str]) -> Mapping[str, Product]:
        wanted = [keys.product_key(each) for each in dict.fromkeys(gtins)]
        return self._table.get_many(wanted, Product, lambda product: product.gtin)

    def page(self, limit: int, position: str | None) -> ProductPage:
        found = names_page(self._table, keys.LISTED, keys.listed_products_partition, limit, position)
        stored = self._table.get_many(found.keys, Product, lambda product: keys.product_partition(product.gtin))
        shown = (stored[key["pk"]] for key in found.keys if key["pk"] in stored)
        return ProductPage(tuple(product for product in shown if not product.deleted), found.next_position)
