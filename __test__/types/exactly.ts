/** Whether two types are the same, `any` told from everything else. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only where the value's type is exactly `Expected`: `exactly<number>()(value)`. */
export declare function exactly<Expected>(): <Actual>(
  value: Actual,
  ...difference: Same<Actual, Expected> extends true ? [] : [expected: Expected, but: 'the types differ']
) => void

/** Does what is written there, and no more. */
export declare function use(value: unknown): void
