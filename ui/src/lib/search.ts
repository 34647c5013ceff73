import type { Category, Product } from "./api/client";

function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase();
}

/** What a product is found by. Folding costs more than looking, so it is done once for each. */
const texts = new WeakMap<Product, { shelf: string; text: string }>();

function textOf(product: Product, shelf: string): string {
  const known = texts.get(product);
  if (known?.shelf === shelf) return known.text;
  const text = fold(`${product.name} ${product.description} ${shelf}`);
  texts.set(product, { shelf, text });
  return text;
}

/** The products of a category (or of all) in which every word of the query occurs. */
export function findProducts(
  products: Product[],
  categories: Category[],
  category: string | undefined,
  query: string,
): Product[] {
  const words = fold(query).split(/\s+/).filter(Boolean);
  const shelves = new Map(categories.map(({ id, name }) => [id, name]));
  return products.filter((product) => {
    if (category !== undefined && product.category_id !== category) return false;
    if (words.length === 0) return true;
    const text = textOf(product, shelves.get(product.category_id) ?? "");
    return words.every((word) => text.includes(word));
  });
}
