import { m } from "../paraglide/messages";
import type { Product } from "./api/client";

/** So few that it is worth saying. */
export const LOW_STOCK = 5;

/** Why there can't be more of it. */
export function limitReason(limit: number, product: Product | undefined): string {
  const byStock = product !== undefined && product.stock < product.max_per_order;
  return byStock ? m.stock_limit({ count: limit }) : m.order_limit({ count: limit });
}
