/** Where a code can go. Pending: not all that the server offers is known yet. */
export type Offers = { email: boolean; phone: boolean; pending?: boolean };
