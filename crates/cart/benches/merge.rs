//! What the preview of a merge costs, beside plain maps in the same run: `cargo xtask bench merge`.

use std::{
    collections::BTreeMap,
    hint::black_box,
    time::{Duration, Instant},
};

use carryover_cart::{
    Cart, Limit, Money, Offer, ProductId,
    merge::{Answer, Plan, Rules},
};

/// Lines in each cart.
const LINES: [u32; 3] = [10, 1_000, 10_000];
/// A window that draws sixty times a second has this long for everything.
const FRAME: Duration = Duration::from_millis(16);
const ROUNDS: usize = 200;

fn main() {
    println!("preview of a merge on one core, {ROUNDS} times each, alternating; p50, p99");
    for (shape, apart) in [("the same products in both carts", 0), ("no product in both carts", 1)] {
        let medians = LINES.map(|lines| measure(shape, lines, lines * apart));
        let [_, (plan, maps), (plan_10, maps_10)] = medians;
        let (plan, maps) = (plan_10 / plan, maps_10 / maps);
        println!(
            "  from 1,000 to 10,000 lines, where 10 is linear: the plan {plan:.1} times, the plain maps {maps:.1} times\n"
        );
    }
}

/// Two carts of so many lines, the second one's products so far from the first one's. The medians of planning and
/// of the plain maps.
fn measure(shape: &str, lines: u32, shift: u32) -> (f64, f64) {
    let (guest, account) = (cart(lines, 0, 3), cart(lines, shift, 2));
    let offers: BTreeMap<_, _> = (0..lines + shift).map(|n| (product(n), offer(n))).collect();
    let offers = |product: &ProductId| offers.get(product).copied();
    let (plain_guest, plain_account) = (plain(&guest), plain(&account));
    let answer = Answer::Merge(Rules::default());

    let mut times: [Vec<Duration>; 4] = Default::default();
    for _ in 0..ROUNDS {
        let plan = time(&mut times[0], || Plan::new(&guest, &account, &answer, offers));
        time(&mut times[1], || plan.totals()).expect("one currency");
        time(&mut times[2], || (guest.clone(), account.clone()));
        time(&mut times[3], || {
            let mut both = plain_account.clone();
            for (product, quantity) in &plain_guest {
                *both.entry(product.clone()).or_default() += quantity;
            }
            both
        });
    }
    let [plan, totals, clones, maps] = &times;
    let preview: Vec<_> = plan.iter().zip(totals).map(|(plan, totals)| *plan + *totals).collect();
    println!("  {lines} lines in each, {shape}");
    print("the plan", plan);
    print("the preview: plan and totals", &preview);
    print("clones of both carts", clones);
    print("BTreeMap<String, u32>, summed", maps);
    let median = percentile(plan, 50);
    let ratio = |baseline: &[Duration]| median / percentile(baseline, 50);
    println!("    {:<34} {:>10.2} {:>10.2}", "plan to clones, plan to maps", ratio(clones), ratio(maps));
    let frame = |times: &[Duration]| percentile(times, 99) / FRAME.as_secs_f64() * 100.0;
    println!("    {:<34} {:>9.1}% {:>9.1}%", "of a 16 ms frame, plan and preview", frame(plan), frame(&preview));
    (median, percentile(maps, 50))
}

/// So many lines, put in in another order than that of their keys.
fn cart(lines: u32, first: u32, quantity: u32) -> Cart {
    // A prime, so that every line is met once.
    let shuffled = (0..lines).map(|n| first + n * 7919 % lines);
    Cart::from_quantities(shuffled.map(|n| (product(n), quantity)))
}

fn product(n: u32) -> ProductId {
    ProductId::new(format!("a-product-with-a-name-{n:05}"))
}

/// Every third line meets its limit.
fn offer(n: u32) -> Offer {
    let price = Money { minor: 100 + i64::from(n), currency: "EUR".parse().expect("a currency") };
    Offer { price, limit: Limit { stock: if n.is_multiple_of(3) { 4 } else { 50 }, max_per_order: 20 } }
}

fn plain(cart: &Cart) -> BTreeMap<String, u32> {
    cart.quantities().map(|(product, quantity)| (product.to_string(), quantity)).collect()
}

/// The time until the result is there; taking it apart again is not part of it.
fn time<T>(times: &mut Vec<Duration>, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let result = black_box(work());
    times.push(began.elapsed());
    result
}

fn percentile(times: &[Duration], percent: usize) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[(sorted.len() - 1) * percent / 100].as_secs_f64()
}

fn print(what: &str, times: &[Duration]) {
    let ms = |percent| percentile(times, percent) * 1000.0;
    println!("    {what:<34} {:>10.3} {:>10.3} ms", ms(50), ms(99));
}
