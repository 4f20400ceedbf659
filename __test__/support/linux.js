// Tests of what only Linux has, which are skipped while the portable fallbacks are forced (see CONTRIBUTING.md).

/** Whether this run uses the portable fallback of each call that only Linux has. */
export const PORTABLE = process.platform !== 'linux' || process.env.MMAP_ARRAY_PORTABLE === '1'

/** `test` or `describe` for what needs Linux: with the fallbacks it is skipped, and its name says why. */
export function onLinux(reason, subject) {
  if (!PORTABLE) return subject
  const skipped = (name, ...body) => subject.skip(`${name} (skipped: ${reason})`, ...body)
  skipped.each =
    (rows) =>
    (name, ...body) =>
      subject.skip.each(rows)(`${name} (skipped: ${reason})`, ...body)
  return skipped
}
