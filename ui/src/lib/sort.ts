import type { Product } from "./api/client";

/** In what order products are shown; featured: as the shop gives them. */
export type Sort = "featured" | "price_up" | "price_down" | "name";

/** The products in an order. Equal ones stay as they were. */
export function sortProducts(products: Product[], sort: Sort, locale: string): Product[] {
  switch (sort) {
    case "featured":
      return products;
    case "price_up":
      return products.toSorted((one, other) => one.price.minor - other.price.minor);
    case "price_down":
      return products.toSorted((one, other) => other.price.minor - one.price.minor);
    case "name": {
      const words = new Intl.Collator(locale, { numeric: true });
      return products.toSorted((one, other) => words.compare(one.name, other.name));
    }
  }
}
