import { m } from "../paraglide/messages";
import type { SaveState } from "./api/client";

/** What keeps the cart, in words. */
export const saveSentences: Record<SaveState, () => string> = {
  nothing: m.save_nothing,
  on_this_device: m.save_on_this_device,
  syncing: m.save_syncing,
  all_saved: m.save_all_saved,
  offline: m.save_offline,
  rate_limited: m.save_rate_limited,
  captcha: m.save_captcha,
  server_trouble: m.save_server_trouble,
};

/** Whether something stands between the cart and the server. */
export function isStuck(save: SaveState): boolean {
  return save === "offline" || save === "rate_limited" || save === "captcha" || save === "server_trouble";
}
