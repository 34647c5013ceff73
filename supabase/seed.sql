-- The shop's own goods. Run again, it brings every row up to date.

insert into public.categories (id, name, position) values
    ('coffee', 'Coffee & tea', 1),
    ('kitchen', 'Kitchen', 2),
    ('desk', 'Desk', 3),
    ('garden', 'Garden', 4),
    ('travel', 'Travel', 5)
on conflict (id) do update set name = excluded.name, position = excluded.position;

insert into public.products
    (id, category_id, name, description, price_minor, currency, stock, max_per_order, picture, position)
values
    ('gooseneck-kettle', 'coffee', 'Gooseneck kettle', 'A slim spout that pours exactly where you look. 0.9 litres, for every stove.', 5900, 'EUR', 14, 3, 'gooseneck-kettle', 1),
    ('pour-over-dripper', 'coffee', 'Pour-over dripper', 'Stoneware cone with deep ribs. One cup or two, and nothing to plug in.', 2400, 'EUR', 40, 6, 'pour-over-dripper', 2),
    ('hand-grinder', 'coffee', 'Hand grinder', 'Steel burrs in a walnut body. Forty turns for one good cup.', 7900, 'EUR', 9, 2, 'hand-grinder', 3),
    ('teapot', 'coffee', 'Round teapot', 'Holds four cups and keeps its lid on to the last drop.', 3600, 'EUR', 22, 4, 'teapot', 4),
    ('enamel-mug', 'coffee', 'Enamel mug', 'Light, hard to break, as good by a fire as at a desk.', 1250, 'EUR', 120, 12, 'enamel-mug', 5),
    ('house-blend', 'coffee', 'House blend, 250 g', 'Cocoa and a little plum. Roasted on Tuesdays.', 980, 'EUR', 60, 10, 'house-blend', 6),
    ('chef-knife', 'kitchen', 'Chef''s knife', 'Twenty centimetres of carbon steel. Wipe it dry and it stays with you.', 8900, 'EUR', 3, 2, 'chef-knife', 7),
    ('cutting-board', 'kitchen', 'Cutting board', 'End-grain oak, heavy enough to stay where it is.', 4500, 'EUR', 18, 3, 'cutting-board', 8),
    ('cast-iron-pan', 'kitchen', 'Cast-iron pan', 'Seasoned twice. Better every year.', 5400, 'EUR', 11, 2, 'cast-iron-pan', 9),
    ('pepper-mill', 'kitchen', 'Pepper mill', 'Coarse to fine in one turn of the knob.', 2900, 'EUR', 33, 5, 'pepper-mill', 10),
    ('mixing-bowls', 'kitchen', 'Mixing bowls, set of three', 'Nest in each other, pour without a drip.', 3900, 'EUR', 16, 3, 'mixing-bowls', 11),
    ('linen-towel', 'kitchen', 'Linen towel', 'Dries glasses without a trace and is dry itself by evening.', 1400, 'EUR', 80, 10, 'linen-towel', 12),
    ('desk-lamp', 'desk', 'Desk lamp', 'One joint, one switch, warm light where you need it.', 7200, 'EUR', 12, 2, 'desk-lamp', 13),
    ('fountain-pen', 'desk', 'Fountain pen', 'Steel nib, converter included, no lid to lose: it screws on.', 3400, 'EUR', 25, 4, 'fountain-pen', 14),
    ('dot-notebook', 'desk', 'Dotted notebook', '192 pages that lie flat and take ink.', 1650, 'EUR', 90, 10, 'dot-notebook', 15),
    ('desk-clock', 'desk', 'Desk clock', 'Says the time without a sound.', 4200, 'EUR', 0, 2, 'desk-clock', 16),
    ('pencil-cup', 'desk', 'Pencil cup', 'Solid ash, felt below. Holds twelve pencils or one cactus.', 1900, 'EUR', 27, 5, 'pencil-cup', 17),
    ('extra-long-shelf', 'desk', 'Wall shelf in solid oak, with hidden brackets, extra long for encyclopaedias, atlases and record collections', 'One hundred and eighty centimetres, three brackets, no visible screws.', 12900, 'EUR', 5, 1, 'extra-long-shelf', 18),
    ('watering-can', 'garden', 'Watering can', 'Long neck, fine rose, one and a half litres.', 3100, 'EUR', 19, 3, 'watering-can', 19),
    ('terracotta-pot', 'garden', 'Terracotta pot', 'Breathes, and gets more beautiful outdoors.', 850, 'EUR', 150, 20, 'terracotta-pot', 20),
    ('garden-trowel', 'garden', 'Garden trowel', 'Forged in one piece. The handle is ash.', 2200, 'EUR', 30, 5, 'garden-trowel', 21),
    ('seed-mix', 'garden', 'Meadow seed mix', 'Cornflower, poppy, marguerite: four square metres of summer.', 590, 'EUR', 200, 25, 'seed-mix', 22),
    ('bird-house', 'garden', 'Bird house', 'Larch, unpainted. The hole is right for tits.', 2700, 'EUR', 13, 3, 'bird-house', 23),
    ('weekend-bag', 'travel', 'Weekend bag', 'Waxed canvas, two outside pockets, as carry-on everywhere.', 11900, 'EUR', 7, 1, 'weekend-bag', 24),
    ('steel-bottle', 'travel', 'Steel bottle', 'Cold for a day, hot for half of one.', 2600, 'EUR', 64, 6, 'steel-bottle', 25),
    ('rain-umbrella', 'travel', 'Umbrella', 'Eight ribs of fibreglass. It turns inside out and back.', 3300, 'EUR', 21, 3, 'rain-umbrella', 26),
    ('travel-pillow', 'travel', 'Travel pillow', 'Fills with one breath, fits a coat pocket.', 1950, 'EUR', 38, 4, 'travel-pillow', 27),
    ('folding-map', 'travel', 'Folding map', 'Where to walk for a day, on paper that rain does not mind.', 1150, 'EUR', 45, 5, 'folding-map', 28)
on conflict (id) do update set
    category_id = excluded.category_id,
    name = excluded.name,
    description = excluded.description,
    price_minor = excluded.price_minor,
    currency = excluded.currency,
    stock = excluded.stock,
    max_per_order = excluded.max_per_order,
    picture = excluded.picture,
    position = excluded.position;
