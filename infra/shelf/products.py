"""The groceries on the shelf: invented names and brands, and pairs that are easily mistaken for each other."""

from dataclasses import dataclass

Color = tuple[int, int, int]

CREAM: Color = (250, 243, 226)
GOLD: Color = (238, 178, 52)


@dataclass(frozen=True, slots=True)
class Product:
    """What is sold, and how its pack is printed: main, deep and accent colours, and the motif in front."""

    gtin: str
    name: str
    shape: str
    brand: str
    title: tuple[str, ...]
    variety: str
    net: str
    colors: tuple[Color, Color, Color]
    motif: str
    aisle: str
    price: str
    alike: str = ""  # the GTIN of the product that it is mistaken for


# The first is the example of the API. The others carry the GS1 prefix 952, which is kept for demonstrations.
SEA_SALT_CHIPS, LIME_CHIPS = "00815099021634", "09520001000010"
MILD_SALSA, HOT_SALSA = "09520001000027", "09520001000034"
HONEY_BISCUITS, CHOCOLATE_BISCUITS = "09520001000041", "09520001000058"
OAT_DRINK, BARISTA_DRINK = "09520001000065", "09520001000072"
CHOPPED_TOMATOES, WHOLE_TOMATOES = "09520001000089", "09520001000096"
OLIVE_OIL, GRANOLA = "09520001000102", "09520001000119"

PRODUCTS: tuple[Product, ...] = (
    Product(
        gtin=SEA_SALT_CHIPS,
        name="Organic Restaurant Style Sea Salt Tortilla Chips, 10.1 oz",
        shape="bag",
        brand="Tolvera",
        title=("Restaurant Style", "TORTILLA", "CHIPS"),
        variety="Sea Salt",
        net="NET WT 10.1 OZ (286 g)",
        colors=((36, 116, 168), (12, 52, 102), (244, 196, 72)),
        motif="salted chips",
        aisle="snacks",
        price="4.29",
        alike=LIME_CHIPS,
    ),
    Product(
        gtin=LIME_CHIPS,
        name="Organic Restaurant Style Lime Tortilla Chips, 10.1 oz",
        shape="bag",
        brand="Tolvera",
        title=("Restaurant Style", "TORTILLA", "CHIPS"),
        variety="Lime",
        net="NET WT 10.1 OZ (286 g)",
        colors=((38, 134, 142), (10, 70, 84), (226, 214, 76)),
        motif="lime chips",
        aisle="snacks",
        price="4.29",
        alike=SEA_SALT_CHIPS,
    ),
    Product(
        gtin=MILD_SALSA,
        name="Chunky Garden Salsa Mild, 15.5 oz",
        shape="jar",
        brand="Picaluna",
        title=("Chunky", "GARDEN SALSA"),
        variety="Mild",
        net="NET WT 15.5 OZ (439 g)",
        colors=((46, 122, 62), (186, 46, 34), (250, 236, 204)),
        motif="one chili",
        aisle="snacks",
        price="3.49",
        alike=HOT_SALSA,
    ),
    Product(
        gtin=HOT_SALSA,
        name="Chunky Garden Salsa Hot, 15.5 oz",
        shape="jar",
        brand="Picaluna",
        title=("Chunky", "GARDEN SALSA"),
        variety="Hot",
        net="NET WT 15.5 OZ (439 g)",
        colors=((196, 40, 30), (168, 34, 26), (250, 236, 204)),
        motif="three chilies",
        aisle="snacks",
        price="3.49",
        alike=MILD_SALSA,
    ),
    Product(
        gtin=HONEY_BISCUITS,
        name="Honey Oat Biscuits, 7.05 oz",
        shape="box",
        brand="Hafrina",
        title=("Oat", "Biscuits"),
        variety="with Honey",
        net="NET WT 7.05 OZ (200 g)",
        colors=((246, 190, 70), (206, 118, 24), (92, 50, 18)),
        motif="honey biscuits",
        aisle="breakfast",
        price="2.99",
        alike=CHOCOLATE_BISCUITS,
    ),
    Product(
        gtin=CHOCOLATE_BISCUITS,
        name="Dark Chocolate Oat Biscuits, 7.05 oz",
        shape="box",
        brand="Hafrina",
        title=("Oat", "Biscuits"),
        variety="Dark Chocolate",
        net="NET WT 7.05 OZ (200 g)",
        colors=((232, 154, 72), (150, 74, 30), (74, 34, 18)),
        motif="chocolate biscuits",
        aisle="breakfast",
        price="3.19",
        alike=HONEY_BISCUITS,
    ),
    Product(
        gtin=OAT_DRINK,
        name="Oat Drink Original, 32 fl oz",
        shape="carton",
        brand="Havrelo",
        title=("OAT", "DRINK"),
        variety="Original",
        net="32 FL OZ (946 mL)",
        colors=((74, 148, 190), (28, 84, 128), (246, 240, 226)),
        motif="glass",
        aisle="breakfast",
        price="3.79",
        alike=BARISTA_DRINK,
    ),
    Product(
        gtin=BARISTA_DRINK,
        name="Oat Drink Barista, 32 fl oz",
        shape="carton",
        brand="Havrelo",
        title=("OAT", "DRINK"),
        variety="Barista",
        net="32 FL OZ (946 mL)",
        colors=((92, 112, 128), (44, 54, 66), (246, 240, 226)),
        motif="cup",
        aisle="breakfast",
        price="4.49",
        alike=OAT_DRINK,
    ),
    Product(
        gtin=CHOPPED_TOMATOES,
        name="Chopped Tomatoes in Juice, 14.5 oz",
        shape="can",
        brand="Pomavera",
        title=("Chopped", "TOMATOES"),
        variety="in tomato juice",
        net="NET WT 14.5 OZ (411 g)",
        colors=((250, 238, 206), (30, 92, 56), (200, 36, 28)),
        motif="chopped tomatoes",
        aisle="pantry",
        price="1.59",
        alike=WHOLE_TOMATOES,
    ),
    Product(
        gtin=WHOLE_TOMATOES,
        name="Whole Peeled Tomatoes in Juice, 14.5 oz",
        shape="can",
        brand="Pomavera",
        title=("Whole Peeled", "TOMATOES"),
        variety="in tomato juice",
        net="NET WT 14.5 OZ (411 g)",
        colors=((250, 238, 206), (30, 92, 56), (200, 36, 28)),
        motif="whole tomatoes",
        aisle="pantry",
        price="1.59",
        alike=CHOPPED_TOMATOES,
    ),
    Product(
        gtin=OLIVE_OIL,
        name="Extra Virgin Olive Oil, 16.9 fl oz",
        shape="bottle",
        brand="Ulivessa",
        title=("Extra Virgin", "OLIVE OIL"),
        variety="First Cold Pressed",
        net="16.9 FL OZ (500 mL)",
        colors=((44, 62, 26), (20, 30, 12), (246, 238, 214)),
        motif="olive branch",
        aisle="pantry",
        price="9.99",
    ),
    Product(
        gtin=GRANOLA,
        name="Almond & Berry Granola, 11 oz",
        shape="pouch",
        brand="Mornwell",
        title=("Almond & Berry", "GRANOLA"),
        variety="Baked in small batches",
        net="NET WT 11 OZ (312 g)",
        colors=((136, 46, 88), (78, 20, 52), (248, 232, 214)),
        motif="granola",
        aisle="breakfast",
        price="5.49",
    ),
)
LOOK_ALIKES: dict[Product, Product] = {
    product: other for product in PRODUCTS for other in PRODUCTS if product.alike == other.gtin
}
