import { expect, test } from 'vitest';
import { target } from './roving';

test.each([
  ['ArrowDown', 0, 3, 1],
  ['ArrowRight', 2, 3, undefined],
  ['ArrowUp', 0, 3, undefined],
  ['ArrowLeft', 2, 3, 1],
  ['Home', 2, 3, 0],
  ['End', 0, 3, 2],
  ['Enter', 0, 3, undefined],
])('%s from %i of %i', (key, at, length, to) => {
  expect(target(key, at, length)).toBe(to);
});
