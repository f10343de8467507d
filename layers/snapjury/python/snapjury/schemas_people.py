"""The JSON of users, sign-ins and products: what requests must look like, and how stored things are shown."""

import re
from functools import partial
from typing import Annotated, TypedDict

from msgspec import UNSET, Meta, Struct, UnsetType

from snapjury.errors import InvalidRequestError
from snapjury.rules.password import LONGEST, SHORTEST
from snapjury.rules.product import Product
from snapjury.rules.user import NAME, Role, User
from snapjury.schemas import (
    DEFAULT_PAGE,
    USER_TEXT,
    Gtin,
    Limit,
    Moment,
    Parameters,
    moment,
    page_size,
    position_of,
    token_of,
)
from snapjury.services.ports import MediaLinks, ProductPage, UserPage
from snapjury.services.products import ProductFields
from snapjury.services.sign_in import SignedIn
from snapjury.services.users import UserChanges

UserName = Annotated[str, Meta(extra_json_schema={"pattern": USER_TEXT})]
NewPassword = Annotated[str, Meta(extra_json_schema={"minLength": SHORTEST, "maxLength": LONGEST})]
ProductName = Annotated[str, Meta(min_length=1, max_length=200)]


class TokenRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `POST /auth/token`; nobody has a longer name or password."""

    name: Annotated[str, Meta(max_length=32)]
    password: Annotated[str, Meta(max_length=LONGEST)]


class CreateUserRequest(Struct, frozen=True, forbid_unknown_fields=True):
    name: UserName
    password: NewPassword
    role: Role


class ChangeUserRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `PATCH /users/{name}`: what is left out stays as it is."""

    disabled: bool | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    password: NewPassword | UnsetType = UNSET
    current_password: str | UnsetType = UNSET

    def changes(self) -> UserChanges:
        """The changes; InvalidRequestError if there are none."""
        if self.disabled is UNSET and self.role is UNSET and self.password is UNSET:
            raise InvalidRequestError("changes nothing; send at least one of: disabled, role, password", "body")
        given = {name: getattr(self, name) for name in self.__struct_fields__}
        return UserChanges(**{name: value for name, value in given.items() if value is not UNSET})


class CreateProductRequest(Struct, frozen=True, forbid_unknown_fields=True):
    gtin: Gtin
    name: ProductName
    reference: str | None = None

    def fields(self) -> ProductFields:
        return ProductFields(self.name, self.reference)


class ReplaceProductRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `PUT /products/{gtin}`: the reference image stays unless it is named, and goes if it is null."""

    name: ProductName
    reference: str | UnsetType | None = UNSET

    def fields(self) -> ProductFields:
        return ProductFields(self.name, self.reference)


class ListQuery(Struct, frozen=True):
    limit: Limit = DEFAULT_PAGE
    next: str | None = None


USER_PARAMETERS: Parameters = {"limit": page_size, "next": partial(position_of, shape=NAME)}
PRODUCT_PARAMETERS: Parameters = {"limit": page_size, "next": partial(position_of, shape=re.compile(r"\d{14}"))}


class SignedInView(TypedDict):
    """A token to send as `Authorization: Bearer <token>`, and when it expires."""

    token: str
    expires_at: Moment
    role: Role


class UserView(TypedDict):
    name: str
    role: Role
    disabled: bool
    created_at: Moment


class UsersView(TypedDict):
    """Some users by their names; `next` is the token for the following page, null at the end."""

    users: list[UserView]
    next: str | None


class ProductView(TypedDict):
    """A product by its GTIN-14; `reference_url` shows its reference image for an hour, null if it has none."""

    gtin: str
    name: str
    reference_url: str | None
    reference_sha256: str | None
    created_at: Moment


class ProductsView(TypedDict):
    """Some products by their GTINs; `next` is the token for the following page, null at the end."""

    products: list[ProductView]
    next: str | None


def signed_in_view(signed_in: SignedIn) -> SignedInView:
    return {"token": signed_in.token, "expires_at": moment(signed_in.expires_at), "role": signed_in.role}


def user_view(user: User) -> UserView:
    return {
        "name": user.name,
        "role": user.role,
        "disabled": user.disabled,
        "created_at": moment(user.created_at),
    }


def users_view(page: UserPage) -> UsersView:
    return {"users": [user_view(user) for user in page.users], "next": token_of(page.next_position)}


def product_view(product: Product, links: MediaLinks) -> ProductView:
    return {
        "gtin": product.gtin,
        "name": product.name,
        "reference_url": links.link(product.reference, product.reference_type) if product.reference else None,
        "reference_sha256": product.reference,
        "created_at": moment(product.created_at),
    }


def products_view(page: ProductPage, links: MediaLinks) -> ProductsView:
    products = [product_view(product, links) for product in page.products]
    return {"products": products, "next": token_of(page.next_position)}
