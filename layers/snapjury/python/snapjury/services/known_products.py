"""The products of what QAs are shown: read once a minute at the most, since every page needs them and few change."""

from collections.abc import Iterable, Mapping

from snapjury.rules.product import Product
from snapjury.services.ports import Products
from snapjury.services.recent import MOST, is_fresh


class KnownProducts:
    def __init__(self, products: Products) -> None:
        self._products = products
        self._known: dict[str, tuple[int, Product]] = {}

    def named(self, gtins: Iterable[str], now: int) -> Mapping[str, Product]:
        """Those of these products that exist or were deleted, in one request at the most."""
        wanted = dict.fromkeys(gtins)
        missing = [gtin for gtin in wanted if not self._is_fresh(gtin, now)]
        if missing:
            read = self._products.get_many(missing)
            for gtin in missing:
                self._known.pop(gtin, None)
            if len(self._known) >= MOST:  # keep what is asked for now
                self._known = {gtin: self._known[gtin] for gtin in wanted if gtin in self._known}
            self._known |= {gtin: (now, product) for gtin, product in read.items()}
        return {gtin: self._known[gtin][1] for gtin in wanted if gtin in self._known}

    def _is_fresh(self, gtin: str, now: int) -> bool:
        """Whether to do without reading it; a deleted one is read each time, so that it is back as soon as it is."""
        if gtin not in self._known:
            return False
        read_at, product = self._known[gtin]
        return not product.deleted and is_fresh(read_at, now)
