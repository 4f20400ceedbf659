// Errors are matched by code, and every code has one class: the table of the contract.
import { expect } from 'vitest'

export const CLASS_OF = {
  ERR_INDEX_OUT_OF_RANGE: RangeError,
  ERR_VALUE_OUT_OF_RANGE: RangeError,
  ERR_OUT_OF_RANGE: RangeError,
  ERR_PARTIAL_ROW: RangeError,
  ERR_INVALID_ARG_TYPE: TypeError,
  ERR_INVALID_TYPECODE: TypeError,
  ERR_INVALID_RECORD_TYPE: TypeError,
  ERR_TYPE_MISMATCH: TypeError,
  ERR_VALUE_NOT_FOUND: Error,
  ERR_EMPTY: Error,
  ERR_BUSY: Error,
  ERR_LOCKED: Error,
  ERR_NOT_LOCKED: Error,
  ERR_OTHER_WRITER: Error,
  ERR_UNSUPPORTED_RUNTIME: Error,
  ERR_READ_ONLY: Error,
  ERR_FIXED_LENGTH: Error,
  ERR_CLOSED: Error,
  ERR_NO_PATH: Error,
  ERR_RAGGED_LENGTH: Error,
  ERR_UNEXPECTED_EOF: Error,
  ERR_STALE_HANDLE: Error,
  ERR_UNREACHABLE_HANDLE: Error,
  ERR_HANDLE_VERSION: Error,
  ERR_MEMORY_FAULT: Error,
  ERR_VIEW_TOO_LARGE: Error,
  ERR_INVALID_NPY: Error,
  ERR_UNSUPPORTED_NPY: Error,
}

/** What the body throws; a failure of the test if it throws nothing. */
export function thrownBy(body, description = String(body)) {
  let result
  try {
    result = body()
  } catch (error) {
    return error
  }
  return expect.fail(`nothing was thrown by ${description}; it returned ${typeof result}`)
}

/** The body throws an error of exactly this code and its class. Returns the error. */
export function expectError(code, body, description = String(body)) {
  const error = thrownBy(body, description)
  expect(error?.code, `code of "${error?.message}", thrown by ${description}`).toBe(code)
  if (CLASS_OF[code]) expect(error.constructor, `class of ${code}, thrown by ${description}`).toBe(CLASS_OF[code])
  expect(error.message, `message of ${code}, thrown by ${description}`).not.toBe('')
  return error
}

/** The body throws, with one of these codes. For what the contract leaves open but must not pass. */
export function expectErrorOf(codes, body, description = String(body)) {
  const error = thrownBy(body, description)
  expect(codes, `code of "${error?.message}", thrown by ${description}`).toContain(error?.code)
  return error
}
