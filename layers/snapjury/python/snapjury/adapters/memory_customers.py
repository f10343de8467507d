"""In-memory twins of the stores of customers: the same contract as DynamoDB."""

from snapjury.adapters import keys
from snapjury.adapters.memory_reviews import add, get, page_of, save
from snapjury.errors import ConflictError
from snapjury.rules.api_key import ApiKey
from snapjury.rules.signing import SigningSecrets
from snapjury.services.customer_ports import ApiKeyPage


class MemoryApiKeys:
    def __init__(self) -> None:
        self.keys: dict[str, ApiKey] = {}

    def add(self, key: ApiKey) -> None:
        add(self.keys, key.id, key)

    def save(self, key: ApiKey) -> None:
        save(self.keys, key.id, key)

    def get(self, key_id: str) -> ApiKey:
        return get(self.keys, key_id)

    def page(self, owner: str | None, limit: int, position: str | None) -> ApiKeyPage:
        wanted = [key for key in self.keys.values() if owner in (None, key.owner)]
        found = page_of(wanted, lambda key: keys.listed_api_key(key)["listed_sk"], limit, position, ascending=True)
        return ApiKeyPage(*found)


class MemorySigningSecrets:
    def __init__(self) -> None:
        self.secrets: dict[str, SigningSecrets] = {}

    def get(self, owner: str) -> SigningSecrets:
        return self.secrets.get(owner, SigningSecrets(owner, (), version=0))

    def save(self, secrets: SigningSecrets) -> None:
        if self.get(secrets.owner).version != secrets.version - 1:
            raise ConflictError(secrets.owner)
        self.secrets[secrets.owner] = secrets
