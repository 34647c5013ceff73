import type { Category, Product } from "./api/client";

function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase();
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
    const text = fold(`${product.name} ${product.description} ${shelves.get(product.category_id) ?? ""}`);
    return words.every((word) => text.includes(word));
  });
}
