"""What admins do with products, and everybody who signed in may read."""

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from snapjury.errors import AlreadyExistsError, InUseError, InvalidRequestError, NotFoundError
from snapjury.rules.asset import State
from snapjury.rules.gtin import normal_gtin
from snapjury.rules.ids import checked_id
from snapjury.rules.product import Product, check_product_name
from snapjury.rules.snapshot import REMOVED, STATUSES
from snapjury.rules.types.image.about import IMAGE
from snapjury.rules.types.registry import PICTURES
from snapjury.services.changes import CheckVersion, blaming, change_stored
from snapjury.services.ports import Assets, Products, Snapshots


class ProductPorts(Struct, frozen=True):
    products: Products
    assets: Assets
    snapshots: Snapshots


class ProductFields(Struct, frozen=True):
    """`reference` is the id of the asset whose image shows the product; None for no image, UNSET to keep what is."""

    name: str
    reference: str | UnsetType | None = UNSET


def create_product(gtin: str, fields: ProductFields, ports: ProductPorts, now: int) -> Product:
    """The new product; AlreadyExistsError if there is one by this GTIN, InvalidRequestError if a field is wrong.

    One that was deleted comes back as its next version, so that no ETag ever names two things.
    """
    with blaming("gtin"):
        normal = normal_gtin(gtin)
    with blaming("name"):
        check_product_name(fields.name)
    product = Product(normal, fields.name, now, 1, *reference_image(fields.reference, ports.assets))
    try:
        ports.products.add(product)
    except AlreadyExistsError:
        return bring_back(product, ports.products)
    return product


def bring_back(product: Product, products: Products) -> Product:
    """The product in the place of a deleted one; AlreadyExistsError if that is not deleted."""

    def brought_back(stored: Product) -> Product:
        if not stored.deleted:
            raise AlreadyExistsError(stored.gtin)
        return replace(product, version=stored.version + 1)

    return change_stored(products, product.gtin, brought_back)


def product_of(gtin: str, products: Products) -> Product:
    """The product; NotFoundError also if it was deleted, or this is no GTIN. Its length does not matter."""
    return not_deleted(products.get(gtin_in_path(gtin)))


def not_deleted(product: Product) -> Product:
    if product.deleted:
        raise NotFoundError(product.gtin)
    return product


def replace_product(gtin: str, fields: ProductFields, check_version: CheckVersion, ports: ProductPorts) -> Product:
    """The product with these fields; NotFoundError, or InvalidRequestError if a field is wrong."""
    with blaming("name"):
        check_product_name(fields.name)
    image = reference_image(fields.reference, ports.assets)

    def replaced(product: Product) -> Product:
        check_version(not_deleted(product).version)
        reference, kind = (product.reference, product.reference_type) if fields.reference is UNSET else image
        version = product.version + 1
        return replace(product, name=fields.name, reference=reference, reference_type=kind, version=version)

    return change_stored(ports.products, gtin_in_path(gtin), replaced)


def delete_product(gtin: str, check_version: CheckVersion, ports: ProductPorts) -> None:
    """Delete the product; InUseError if snapshots are filed under it, others than such as were removed.

    Snapshots that are on their way to it arrive nevertheless, and show its name and reference.
    """
    product = product_of(gtin, ports.products)
    check_version(product.version)
    there = (status for status in STATUSES if status != REMOVED)
    if any(ports.snapshots.page(product.gtin, status, 1, None).snapshots for status in there):
        raise InUseError("snapshots are filed under this product, so it stays")
    ports.products.save(replace(product, deleted=True, version=product.version + 1))


def gtin_in_path(text: str) -> str:
    try:
        return normal_gtin(text)
    except ValueError:
        raise NotFoundError(text) from None


def reference_image(asset_id: str | UnsetType | None, assets: Assets) -> tuple[str | None, str]:
    """The hash and the type that the asset's picture is kept under; InvalidRequestError if it has no picture.

    None and the usual type where no asset is named.
    """
    if asset_id is None or asset_id is UNSET:
        return None, IMAGE.name
    try:
        asset = assets.get(checked_id(asset_id))
    except NotFoundError:
        raise InvalidRequestError("must be the id of an asset, and there is none by this id", "reference") from None
    if asset.type not in PICTURES:
        types = " or ".join(PICTURES)
        raise InvalidRequestError(f"must be the id of an asset of type {types}; this one is {asset.type}", "reference")
    if asset.state is not State.SUCCESS or asset.file is None:
        raise InvalidRequestError(f"must be the id of an asset that succeeded; this one is {asset.state}", "reference")
    return asset.file.sha256, asset.type
