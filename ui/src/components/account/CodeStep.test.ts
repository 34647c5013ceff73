import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import CodeStep from "./CodeStep.svelte";

function show(change: object = {}) {
  const props = {
    address: "someone@example.com",
    busy: undefined,
    error: undefined,
    refusals: 0,
    resent: false,
    secondsToResend: 0,
    secondsLeft: Infinity,
    sandbox: true,
    onconfirm: vi.fn(),
    onresend: vi.fn(),
    onother: vi.fn(),
    oninbox: vi.fn(),
    ...change,
  };
  const { rerender } = render(CodeStep, props);
  return { props, rerender, field: screen.getByTestId<HTMLInputElement>("upgrade-code") };
}

test("six digits confirm without a further key", async () => {
  const { props, field } = show();
  expect(field).toHaveFocus();
  await userEvent.type(field, "123456");
  expect(props.onconfirm.mock.calls).toEqual([["123456"]]);
});

test("a refused code is said, and the field is empty and ready for the next", async () => {
  const { props, field, rerender } = show();
  await userEvent.type(field, "111111");
  await rerender({ ...props, error: "This code is wrong.", refusals: 1 });
  expect(screen.getByRole("alert")).toHaveTextContent("This code is wrong.");
  expect(field).toHaveValue("");
  expect(field).toHaveFocus();
  await userEvent.type(field, "123456");
  expect(props.onconfirm).toHaveBeenLastCalledWith("123456");
});

test("a failure that is not the code's keeps it, and Enter tries again", async () => {
  const { props, field, rerender } = show();
  await userEvent.type(field, "123456");
  await rerender({ ...props, error: "Offline." });
  expect(field).toHaveValue("123456");
  await userEvent.type(field, "{Enter}");
  expect(props.onconfirm).toHaveBeenCalledTimes(2);
});

test("what is said of a code is said in a place that was there before", async () => {
  const { props, rerender } = show();
  const region = screen.getByRole("status");
  await rerender({ ...props, resent: true });
  expect(region).toHaveTextContent("A new code is on its way.");
  await rerender({ ...props, busy: "confirming" });
  expect(region).toHaveTextContent("Checking the code");
  expect(region).toBeInTheDocument();
});

test("a new code can be had when the countdown is over", async () => {
  const { props, rerender } = show({ secondsToResend: 12 });
  const resend = screen.getByTestId("upgrade-resend");
  expect(resend).toBeDisabled();
  expect(resend).toHaveTextContent("12");
  await rerender({ ...props, secondsToResend: 0 });
  await userEvent.click(resend);
  expect(props.onresend).toHaveBeenCalledOnce();
});

test("the inbox is offered in the sandbox only", async () => {
  const { props, rerender } = show();
  expect(screen.getByTestId("upgrade-inbox")).toBeVisible();
  await rerender({ ...props, sandbox: false });
  expect(screen.queryByTestId("upgrade-inbox")).toBeNull();
});

test("how long the code is good for is shown, and not read aloud every second", async () => {
  const { props, rerender } = show({ secondsLeft: 599 });
  const time = screen.getByTestId("upgrade-good-for");
  expect(time).toHaveTextContent("This code is good for 9:59.");
  expect(time.closest("[role=status], [aria-live]")).toBeNull();
  await rerender({ ...props, secondsLeft: 5 });
  expect(time).toHaveTextContent("0:05");
});

test("a code that is too old says so in its place", () => {
  show({ secondsLeft: 0 });
  expect(screen.getByRole("status")).toHaveTextContent("This code has expired.");
  expect(screen.queryByTestId("upgrade-good-for")).toBeNull();
});

test("nothing is said of a time that nobody knows", () => {
  show({ secondsLeft: Infinity });
  expect(screen.queryByTestId("upgrade-good-for")).toBeNull();
  expect(screen.getByRole("status")).toHaveTextContent("");
});
