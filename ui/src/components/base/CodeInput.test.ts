import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";

import CodeInput from "./CodeInput.svelte";

function show(props: { busy?: boolean; invalid?: boolean } = {}) {
  const oncomplete = vi.fn();
  render(CodeInput, { value: "", label: "Code", oncomplete, ...props });
  return { oncomplete, field: screen.getByRole<HTMLInputElement>("textbox", { name: "Code" }) };
}

describe("typing", () => {
  test("keeps digits only and submits itself once, at the sixth", async () => {
    const { oncomplete, field } = show();
    await userEvent.type(field, "12a3 45");
    expect(field).toHaveValue("12345");
    expect(oncomplete).not.toHaveBeenCalled();
    await userEvent.type(field, "6");
    await userEvent.type(field, "7");
    expect(field).toHaveValue("123456");
    expect(oncomplete.mock.calls).toEqual([["123456"]]);
  });

  test("a digit taken back and put anew submits again", async () => {
    const { oncomplete, field } = show();
    await userEvent.type(field, "123456{Backspace}7");
    expect(oncomplete.mock.calls).toEqual([["123456"], ["123457"]]);
  });

  test("shows itself to one-time-code autofill and number pads", () => {
    const { field } = show();
    expect(field).toHaveAttribute("autocomplete", "one-time-code");
    expect(field).toHaveAttribute("inputmode", "numeric");
  });
});

describe("pasting", () => {
  test.each(["123456", " 123 456 ", "Your code: 123456, good for 60 minutes", "123-456"])(
    "finds the code in %j",
    async (text) => {
      const { oncomplete, field } = show();
      await userEvent.click(field);
      await userEvent.paste(text);
      expect(oncomplete.mock.calls).toEqual([["123456"]]);
    },
  );

  test("replaces what was there", async () => {
    const { oncomplete, field } = show();
    await userEvent.type(field, "99");
    await userEvent.paste("123456");
    expect(field).toHaveValue("123456");
    expect(oncomplete).toHaveBeenCalledOnce();
  });
});

test("while busy nothing is taken and the focus can stay", async () => {
  const { oncomplete, field } = show({ busy: true });
  await userEvent.click(field);
  await userEvent.paste("123456");
  expect(oncomplete).not.toHaveBeenCalled();
  expect(field).toHaveFocus();
});

test("an error is told to screen readers", () => {
  const { field } = show({ invalid: true });
  expect(field).toBeInvalid();
});
