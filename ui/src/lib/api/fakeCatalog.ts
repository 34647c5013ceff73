import type { Catalog, Product } from "./client";

function product(
  id: string,
  category_id: string,
  name: string,
  description: string,
  minor: number,
  stock: number,
  max_per_order: number,
): Product {
  const price = { minor, currency: "EUR" };
  return { id, category_id, name, description, price, stock, max_per_order, picture: id };
}

const products: Product[] = [
  product(
    "gooseneck-kettle",
    "coffee",
    "Gooseneck kettle",
    "A slim spout that pours exactly where you look. 0.9 litres, for every stove.",
    5900,
    14,
    3,
  ),
  product(
    "pour-over-dripper",
    "coffee",
    "Pour-over dripper",
    "Stoneware cone with deep ribs. One cup or two, and nothing to plug in.",
    2400,
    40,
    6,
  ),
  product(
    "hand-grinder",
    "coffee",
    "Hand grinder",
    "Steel burrs in a walnut body. Forty turns for one good cup.",
    7900,
    9,
    2,
  ),
  product(
    "teapot",
    "coffee",
    "Round teapot",
    "Holds four cups and keeps its lid on to the last drop.",
    3600,
    22,
    4,
  ),
  product(
    "enamel-mug",
    "coffee",
    "Enamel mug",
    "Light, hard to break, as good by a fire as at a desk.",
    1250,
    120,
    12,
  ),
  product(
    "house-blend",
    "coffee",
    "House blend, 250 g",
    "Cocoa and a little plum. Roasted on Tuesdays.",
    980,
    60,
    10,
  ),
  product(
    "chef-knife",
    "kitchen",
    "Chef's knife",
    "Twenty centimetres of carbon steel. Wipe it dry and it stays with you.",
    8900,
    3,
    2,
  ),
  product(
    "cutting-board",
    "kitchen",
    "Cutting board",
    "End-grain oak, heavy enough to stay where it is.",
    4500,
    18,
    3,
  ),
  product("cast-iron-pan", "kitchen", "Cast-iron pan", "Seasoned twice. Better every year.", 5400, 11, 2),
  product("pepper-mill", "kitchen", "Pepper mill", "Coarse to fine in one turn of the knob.", 2900, 33, 5),
  product(
    "mixing-bowls",
    "kitchen",
    "Mixing bowls, set of three",
    "Nest in each other, pour without a drip.",
    3900,
    16,
    3,
  ),
  product(
    "linen-towel",
    "kitchen",
    "Linen towel",
    "Dries glasses without a trace and is dry itself by evening.",
    1400,
    80,
    10,
  ),
  product(
    "desk-lamp",
    "desk",
    "Desk lamp",
    "One joint, one switch, warm light where you need it.",
    7200,
    12,
    2,
  ),
  product(
    "fountain-pen",
    "desk",
    "Fountain pen",
    "Steel nib, converter included, no lid to lose: it screws on.",
    3400,
    25,
    4,
  ),
  product("dot-notebook", "desk", "Dotted notebook", "192 pages that lie flat and take ink.", 1650, 90, 10),
  product("desk-clock", "desk", "Desk clock", "Says the time without a sound.", 4200, 0, 2),
  product(
    "pencil-cup",
    "desk",
    "Pencil cup",
    "Solid ash, felt below. Holds twelve pencils or one cactus.",
    1900,
    27,
    5,
  ),
  product(
    "extra-long-shelf",
    "desk",
    "Wall shelf in solid oak, with hidden brackets, extra long for encyclopaedias, atlases and record collections",
    "One hundred and eighty centimetres, three brackets, no visible screws.",
    12900,
    5,
    1,
  ),
  product(
    "watering-can",
    "garden",
    "Watering can",
    "Long neck, fine rose, one and a half litres.",
    3100,
    19,
    3,
  ),
  product(
    "terracotta-pot",
    "garden",
    "Terracotta pot",
    "Breathes, and gets more beautiful outdoors.",
    850,
    150,
    20,
  ),
  product("garden-trowel", "garden", "Garden trowel", "Forged in one piece. The handle is ash.", 2200, 30, 5),
  product(
    "seed-mix",
    "garden",
    "Meadow seed mix",
    "Cornflower, poppy, marguerite: four square metres of summer.",
    590,
    200,
    25,
  ),
  product("bird-house", "garden", "Bird house", "Larch, unpainted. The hole is right for tits.", 2700, 13, 3),
  product(
    "weekend-bag",
    "travel",
    "Weekend bag",
    "Waxed canvas, two outside pockets, as carry-on everywhere.",
    11900,
    7,
    1,
  ),
  product("steel-bottle", "travel", "Steel bottle", "Cold for a day, hot for half of one.", 2600, 64, 6),
  product(
    "rain-umbrella",
    "travel",
    "Umbrella",
    "Eight ribs of fibreglass. It turns inside out and back.",
    3300,
    21,
    3,
  ),
  product(
    "travel-pillow",
    "travel",
    "Travel pillow",
    "Fills with one breath, fits a coat pocket.",
    1950,
    38,
    4,
  ),
  product(
    "folding-map",
    "travel",
    "Folding map",
    "Where to walk for a day, on paper that rain does not mind.",
    1150,
    45,
    5,
  ),
];

/** Goods for the preview build. */
export const fakeCatalog: Catalog = {
  categories: [
    { id: "coffee", name: "Coffee & tea" },
    { id: "kitchen", name: "Kitchen" },
    { id: "desk", name: "Desk" },
    { id: "garden", name: "Garden" },
    { id: "travel", name: "Travel" },
  ],
  products,
};

/** As many as asked for, and no fewer than there are. */
export function manyProducts(count: number): Catalog {
  const goods = products.length;
  const more = Array.from({ length: Math.max(0, count - goods) }, (_, index) => {
    const like = products[index % goods] as Product;
    const edition = Math.floor(index / goods) + 2;
    const price = { ...like.price, minor: like.price.minor + edition * 10 };
    return { ...like, id: `${like.id}-${edition}`, name: `${like.name} no. ${edition}`, price };
  });
  return { ...fakeCatalog, products: [...products, ...more] };
}
