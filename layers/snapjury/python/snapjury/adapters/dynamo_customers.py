"""What customers' requests are known by, in the `core` table, and what signs their webhooks, in one of its own."""

from snapjury.adapters import keys
from snapjury.adapters.lists import list_page
from snapjury.adapters.table import Table, to_item
from snapjury.errors import NotFoundError
from snapjury.rules.api_key import ApiKey
from snapjury.rules.signing import SigningSecrets
from snapjury.services.customer_ports import ApiKeyPage


class DynamoApiKeys:
    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, key: ApiKey) -> None:
        self._table.add(to_item(key, keys.api_key_key(key.id), keys.listed_api_key(key)))

    def save(self, key: ApiKey) -> None:
        self._table.put(to_item(key, keys.api_key_key(key.id), keys.listed_api_key(key)), key.version)

    def get(self, key_id: str) -> ApiKey:
        return self._table.get(keys.api_key_key(key_id), ApiKey)

    def page(self, owner: str | None, limit: int, position: str | None) -> ApiKeyPage:
        found = list_page(
            self._table,
            keys.LISTED,
            keys.listed_api_keys_partition,
            shards=1,
            prefix=keys.prefix_of(owner) if owner else "",
            limit=limit,
            position=position,
            ascending=True,
        )
        stored = self._table.get_many(found.keys, ApiKey, lambda key: keys.api_key_key(key.id)["pk"])
        return ApiKeyPage(tuple(stored[key["pk"]] for key in found.keys if key["pk"] in stored), found.next_position)


class DynamoSigningSecrets:
    """One item for each customer."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, owner: str) -> SigningSecrets:
        try:
            return self._table.get(keys.signing_secrets_key(owner), SigningSecrets)
        except NotFoundError:
            return SigningSecrets(owner, (), version=0)

    def save(self, secrets: SigningSecrets) -> None:
        self._table.put(to_item(secrets, keys.signing_secrets_key(secrets.owner)), secrets.version)
