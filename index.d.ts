/// <reference types="node" />

// Units: indices, lengths, capacities and counts are in elements; `itemsize`, `byteLength` and `offset` are in bytes.
// Every error has a stable `code`. Match on it, not on the message; docs/errors.md tells what to do about each code.
// In an @example, `// => x` is what Node prints for the value, and `// throws` names the class and code of the error.
// A test runs all examples.

/**
 * The code of an element type, as in Python's `array` module. Every {@link TypeName} and every typed array's
 * constructor is accepted in its place.
 *
 * | code | name         | bytes | an element holds             | you read a       | C                | NumPy        | typed array        |
 * | ---- | ------------ | ----- | ---------------------------- | ---------------- | ---------------- | ------------ | ------------------ |
 * | `b`  | `int8`       | 1     | -128 to 127                  | number           | `int8_t`         | `int8`       | Int8Array          |
 * | `B`  | `uint8`      | 1     | 0 to 255                     | number           | `uint8_t`        | `uint8`      | Uint8Array         |
 * | `h`  | `int16`      | 2     | -32,768 to 32,767            | number           | `int16_t`        | `int16`      | Int16Array         |
 * | `H`  | `uint16`     | 2     | 0 to 65,535                  | number           | `uint16_t`       | `uint16`     | Uint16Array        |
 * | `i`  | `int32`      | 4     | -2^31 to 2^31 - 1            | number           | `int32_t`        | `int32`      | Int32Array         |
 * | `I`  | `uint32`     | 4     | 0 to 2^32 - 1                | number           | `uint32_t`       | `uint32`     | Uint32Array        |
 * | `l`  |              | 8     | as `q`                       | bigint           | `long`           | `int64`      | BigInt64Array      |
 * | `L`  |              | 8     | as `Q`                       | bigint           | `unsigned long`  | `uint64`     | BigUint64Array     |
 * | `q`  | `int64`      | 8     | -2^63 to 2^63 - 1            | bigint           | `int64_t`        | `int64`      | BigInt64Array      |
 * | `Q`  | `uint64`     | 8     | 0 to 2^64 - 1                | bigint           | `uint64_t`       | `uint64`     | BigUint64Array     |
 * | `e`  | `float16`    | 2     | half precision, ±65,504      | number           | `_Float16`       | `float16`    | Float16Array       |
 * | `f`  | `float32`    | 4     | single precision, ±3.4e38    | number           | `float`          | `float32`    | Float32Array       |
 * | `d`  | `float64`    | 8     | double precision, ±1.8e308   | number           | `double`         | `float64`    | Float64Array       |
 * | `Zf` | `complex64`  | 8     | two `f`                      | `{ re, im }`     | `float complex`  | `complex64`  | Float32Array       |
 * | `Zd` | `complex128` | 16    | two `d`                      | `{ re, im }`     | `double complex` | `complex128` | Float64Array       |
 * | `c`  | `latin1`     | 1     | a character to U+00FF        | string           | `unsigned char`  | `S1`         | Uint8Array         |
 * | `u`  |              | 4     | a Unicode code point         | string           | `wchar_t`        | `U1`         | Uint32Array        |
 * | `w`  | `ucs4`       | 4     | a Unicode code point         | string           | `char32_t`       | `U1`         | Uint32Array        |
 *
 * @example
 * new MmapArray('H', [1, 2, 3]).byteLength // => 6
 */
export type Typecode =
  'b' | 'B' | 'h' | 'H' | 'i' | 'I' | 'l' | 'L' | 'q' | 'Q' | 'e' | 'f' | 'd' | 'c' | 'u' | 'w' | 'Zf' | 'Zd'

type TypeNames = {
  int8: 'b'
  i8: 'b'
  Int8Array: 'b'
  '|i1': 'b'
  '<i1': 'b'
  uint8: 'B'
  u8: 'B'
  Uint8Array: 'B'
  '|u1': 'B'
  '<u1': 'B'
  int16: 'h'
  i16: 'h'
  Int16Array: 'h'
  '<i2': 'h'
  uint16: 'H'
  u16: 'H'
  Uint16Array: 'H'
  '<u2': 'H'
  int32: 'i'
  i32: 'i'
  Int32Array: 'i'
  '<i4': 'i'
  uint32: 'I'
  u32: 'I'
  Uint32Array: 'I'
  '<u4': 'I'
  int64: 'q'
  i64: 'q'
  BigInt64Array: 'q'
  '<i8': 'q'
  uint64: 'Q'
  u64: 'Q'
  BigUint64Array: 'Q'
  '<u8': 'Q'
  float16: 'e'
  f16: 'e'
  Float16Array: 'e'
  '<f2': 'e'
  float32: 'f'
  f32: 'f'
  Float32Array: 'f'
  '<f4': 'f'
  float64: 'd'
  f64: 'd'
  Float64Array: 'd'
  '<f8': 'd'
  complex64: 'Zf'
  '<c8': 'Zf'
  complex128: 'Zd'
  '<c16': 'Zd'
  latin1: 'c'
  '|S1': 'c'
  ucs4: 'w'
  '<U1': 'w'
}

/**
 * A name of an element type, accepted wherever a typecode is. The number in a bare name counts bits, as in Rust: `i8`
 * is one byte. The number after NumPy's `<` or `|` counts bytes: `<i8` is eight. NumPy's names without a mark, such as
 * `f8`, and its big-endian names, such as `>f8`, are errors.
 *
 * | typecode | names                                             |
 * | -------- | ------------------------------------------------- |
 * | `b` `B`  | `int8` `i8` `\|i1`, `uint8` `u8` `\|u1`             |
 * | `h` `H`  | `int16` `i16` `<i2`, `uint16` `u16` `<u2`         |
 * | `i` `I`  | `int32` `i32` `<i4`, `uint32` `u32` `<u4`         |
 * | `q` `Q`  | `int64` `i64` `<i8`, `uint64` `u64` `<u8`         |
 * | `e`      | `float16` `f16` `<f2`                             |
 * | `f` `d`  | `float32` `f32` `<f4`, `float64` `f64` `<f8`      |
 * | `Zf` `Zd` | `complex64` `<c8`, `complex128` `<c16`           |
 * | `c` `w`  | `latin1` `\|S1`, `ucs4` `<U1`                      |
 *
 * The name of a typed array, such as `'Float64Array'`, works too. The `typecode` of an array is always the short code.
 *
 * @example
 * new MmapArray('float64').typecode // => 'd'
 * MmapArray.open('trades.rec', { time: 'int64', price: '<f8' }, { flags: 'w+' }).itemsize // => 16
 * new MmapArray('f8') // throws TypeError ERR_INVALID_TYPECODE
 */
export type TypeName = keyof TypeNames

/**
 * A complex number: an element of an array of typecode `Zf` or `Zd`.
 *
 * @example
 * new MmapArray('Zd', [{ re: 1, im: -2 }, 3]).tolist() // => [ { re: 1, im: -2 }, { re: 3, im: 0 } ]
 */
export interface Complex {
  /**
   * The real part.
   *
   * @example
   * new MmapArray('Zd', [1.5]).get(0).re // => 1.5
   */
  re: number
  /**
   * The imaginary part.
   *
   * @example
   * new MmapArray('Zd', [1.5]).get(0).im // => 0
   */
  im: number
}

/** A complex number that you write. */
interface ComplexInput {
  readonly re: number | bigint
  readonly im: number | bigint
}

/**
 * The type of a field of a record: a typecode, a {@link TypeName} or a typed array's constructor. A pair
 * `[type, count]` makes the field a list of `count` values.
 *
 * @example
 * new MmapArray({ id: 'I', gain: ['f', 3] }).itemsize // => 16
 */
export type FieldType = PlainType | readonly [typecode: PlainType, count: number]

/** A type whose elements are numbers or characters. */
type PlainType = Typecode | TypeName | TypedArrayConstructor

/**
 * The fields of a record by name, in order. A record is what C calls a struct and NumPy calls a structured dtype. The
 * object may have only plain properties. A name that is an integer is an error, because JavaScript moves such
 * properties to the front. For such names, give the fields as a list of pairs: `[['0', 'i'], ['__proto__', 'd']]`.
 *
 * In TypeScript, write `as const` behind fields that you keep in a variable, as in
 * `const FIELDS = { time: 'q', price: 'd' } as const`. Otherwise `'q'` becomes `string`, which is no {@link FieldType}.
 *
 * @example
 * const trades = new MmapArray({ time: 'q', price: 'd', gain: ['f', 3] })
 * trades.append({ time: 1, price: 9.5, gain: [1, 2, 3] })
 * trades.get(0) // => { time: 1n, price: 9.5, gain: [ 1, 2, 3 ] }
 */
export type FieldMap = Readonly<Record<string, FieldType>>

/**
 * The fields of a record: an object, or a list of pairs as `Object.entries` of that object returns it.
 *
 * @example
 * const list = new MmapArray([['time', 'q'], ['gain', ['f', 3]]])
 * list.typecode === new MmapArray({ time: 'q', gain: ['f', 3] }).typecode // => true
 */
export type RecordFields = FieldMap | readonly (readonly [name: string, type: FieldType])[]

/**
 * The element type of an array in TypeScript: a typecode, or the fields of a record.
 *
 * @example
 * // MmapArray<ElementType> is an array of anything, MmapArray<{ time: 'q'; price: 'd' }> one of records.
 * new MmapArray({ time: 'q', price: 'd' }).typecode // => RecordType(16) { time: 'q', price: 'd' }
 */
export type ElementType = Typecode | FieldMap

/**
 * A field of a record type.
 *
 * @example
 * MmapArray.recordType({ x: 'd', gain: ['f', 3] }).fields[0] // => { name: 'x', typecode: 'd', offset: 0 }
 */
export interface RecordField {
  /**
   * The name of the field.
   *
   * @example
   * MmapArray.recordType({ x: 'd', y: 'd' }).fields.map(({ name }) => name) // => [ 'x', 'y' ]
   */
  readonly name: string
  /**
   * The typecode of the value. If the field is a list, the typecode of each value in it.
   *
   * @example
   * MmapArray.recordType({ x: Float32Array }).fields[0].typecode // => 'f'
   */
  readonly typecode: Typecode
  /**
   * The number of values, if the field is a list. Absent if the field is a single value.
   *
   * @example
   * MmapArray.recordType({ gain: ['f', 3] }).fields[0].count // => 3
   */
  readonly count?: number
  /**
   * The offset of the field in the record, in bytes.
   *
   * @example
   * MmapArray.recordType({ x: 'd', y: 'd' }).fields[1].offset // => 8
   */
  readonly offset: number
}

/**
 * A record type: the fields of a record, with the offset of each. {@link MmapArrayConstructor.recordType} makes one.
 * You can pass it wherever a typecode is accepted, and it is the `typecode` of an array of records. It is frozen. Equal
 * types are the same object, if the program has at most 1024 record types.
 *
 * @example
 * const Point = MmapArray.recordType({ x: 'd', y: 'd' })
 * new MmapArray(Point, [{ x: 1, y: 2 }]).typecode === Point // => true
 */
export interface RecordType<F extends FieldMap = FieldMap> {
  /**
   * The fields in order, each with `name`, `typecode`, `offset` in bytes, and `count` if the field is a list.
   *
   * @example
   * MmapArray.recordType({ x: 'd', gain: ['f', 3] }).fields[1] // => { name: 'gain', typecode: 'f', count: 3, offset: 8 }
   */
  readonly fields: readonly RecordField[]
  /**
   * The size of a record in bytes, including padding.
   *
   * @example
   * MmapArray.recordType({ flag: 'b', x: 'd' }).itemsize // => 9
   * MmapArray.recordType({ flag: 'b', x: 'd' }, { align: true }).itemsize // => 16
   */
  readonly itemsize: number
}

/**
 * The layout of a record: options of {@link MmapArrayConstructor.recordType}.
 *
 * @example
 * MmapArray.recordType({ flag: 'b', x: 'd' }, { align: true }).fields[1].offset // => 8
 */
export interface RecordOptions {
  /**
   * Whether to align each field to a multiple of its size, as a C compiler does, and NumPy with `align=True`. A complex
   * number is aligned to the size of one of its two parts. Default false: each field directly follows the one before.
   *
   * @example
   * MmapArray.recordType({ a: 'b', z: 'Zd', c: 'h' }, { align: true }).itemsize // => 32
   */
  align?: boolean | undefined
  /**
   * The size of a record in bytes. Default: the end of the last field, with `align` rounded up to the largest alignment
   * of a field.
   *
   * @example
   * new MmapArray(MmapArray.recordType({ x: 'd' }, { itemsize: 20 }), [{ x: 1 }]).byteLength // => 20
   */
  itemsize?: number | undefined
  /**
   * The offset of each field in bytes, in the order of the fields. Fields must not overlap. Default: set by `align`.
   *
   * @example
   * MmapArray.recordType({ x: 'f', y: 'f' }, { offsets: [4, 0] }).itemsize // => 8
   */
  offsets?: readonly number[] | undefined
}

/**
 * The JavaScript value that you read for an element: a bigint for 8-byte integers, a one-character string for `c`, `u`
 * and `w`, a {@link Complex} for `Zf` and `Zd`, and a number for all other typecodes. A record is a plain object with a
 * property for each field, in which a field with a count is an Array. The object is a copy: changing it does not change
 * the array.
 *
 * @example
 * new MmapArray('i', [5]).get(0) // => 5
 * new MmapArray('q', [5]).get(0) // => 5n
 * new MmapArray('w', ['é']).get(0) // => 'é'
 * new MmapArray({ id: 'Q', x: 'd' }, [{ id: 5, x: 0.5 }]).get(0) // => { id: 5n, x: 0.5 }
 */
export type Element<C extends ElementType> = C extends Typecode
  ? C extends 'l' | 'L' | 'q' | 'Q'
    ? bigint
    : C extends 'c' | 'u' | 'w'
      ? string
      : C extends 'Zf' | 'Zd'
        ? Complex
        : number
  : { -readonly [K in keyof C]: FieldValue<C[K]> }

/** The value that you read for a field of a record. */
type FieldValue<T> = T extends readonly [infer V extends PlainType, number]
  ? Element<CodeOf<V>>[]
  : T extends PlainType
    ? Element<CodeOf<T>>
    : unknown

/** The values that you can write to a field of a record. */
type FieldInput<T> = T extends readonly [infer V extends PlainType, number]
  ? readonly Input<CodeOf<V>>[] | (CodeOf<V> extends 'c' | 'u' | 'w' ? never : NumberArray)
  : T extends PlainType
    ? Input<CodeOf<T>>
    : unknown

/** The typecode of the values of a field. */
type FieldTypecode<T> = T extends readonly [infer V extends PlainType, number]
  ? CodeOf<V>
  : T extends PlainType
    ? CodeOf<T>
    : Typecode

type RealCode = Exclude<Typecode, 'c' | 'u' | 'w' | 'Zf' | 'Zd'>

/** The names of the fields that are a single value of one of some typecodes. */
type FieldOf<C extends ElementType, Code extends Typecode> = C extends FieldMap
  ? { [K in keyof C & string]: [Extract<OneValue<C[K]>, Code>] extends [never] ? never : K }[keyof C & string]
  : never

type OneValue<T> = T extends PlainType ? CodeOf<T> : never

/** Fields that records can be ordered by. */
type NumberField<C extends ElementType> = FieldOf<C, RealCode>

/** Fields whose values can be searched. */
type SingleField<C extends ElementType> = FieldOf<C, Exclude<Typecode, 'Zf' | 'Zd'>>

type NumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array

/**
 * The JavaScript values that you can write to an element: a number or a bigint, or a one-character string for `c`, `u`
 * and `w`. Integer types never round or wrap a value: a value that is not an integer is a TypeError, and one outside
 * the range of the type is a RangeError. A number written to an 8-byte integer must be a safe integer; beyond 2^53 - 1,
 * write a bigint. `f` rounds to single precision, and `e` to half precision.
 *
 * For a complex number, write an object `{ re, im }` or a real number. For a record, write an object with exactly the
 * fields of the type; each field is read once, and an error names the field. For a field with a count, write an Array
 * or a typed array of that many values.
 *
 * @example
 * const counts = new MmapArray('q')
 * counts.append(5)
 * counts.append(2n ** 62n)
 * counts.append(2 ** 62) // throws RangeError ERR_VALUE_OUT_OF_RANGE
 * counts.append(1.5) // throws TypeError ERR_INVALID_ARG_TYPE
 * new MmapArray({ x: 'd' }).append({ y: 1 }) // throws TypeError ERR_INVALID_ARG_TYPE
 */
export type Input<C extends ElementType> = C extends Typecode
  ? C extends 'c' | 'u' | 'w'
    ? string
    : C extends 'Zf' | 'Zd'
      ? number | bigint | ComplexInput
      : number | bigint
  : { readonly [K in keyof C]: FieldInput<C[K]> }

/**
 * The type of {@link MmapArray.view}: a typed array over the memory of an array. For `e` it is a Float16Array, or a
 * Uint16Array of the bits on a runtime without Float16Array (Node.js 20 and 22). Characters appear as code points. A
 * complex number appears as two floats, the real part first. For records it is a DataView over their bytes, which are
 * little endian.
 *
 * `Memory` is the type of the underlying buffer: ArrayBuffer for {@link MmapArray.view} and for copies,
 * SharedArrayBuffer for {@link MmapArray.sharedView}. Default: either. TypeScript up to 5.6 ignores it.
 *
 * @example
 * new MmapArray('f', [0.5, 1.5]).view // => Float32Array(2) [ 0.5, 1.5 ]
 * new MmapArray('w', 'abc').view // => Uint32Array(3) [ 97, 98, 99 ]
 * new MmapArray('Zf', [{ re: 1, im: 2 }]).view // => Float32Array(2) [ 1, 2 ]
 * new MmapArray({ id: 'I', x: 'd' }, [{ id: 7, x: 0.5 }]).view.getFloat64(4, true) // => 0.5
 */
export type View<C extends ElementType, Memory extends ArrayBufferLike = ArrayBufferLike> = C extends 'b'
  ? Int8Array<Memory>
  : C extends 'B' | 'c'
    ? Uint8Array<Memory>
    : C extends 'h'
      ? Int16Array<Memory>
      : C extends 'H'
        ? Uint16Array<Memory>
        : C extends 'i'
          ? Int32Array<Memory>
          : C extends 'I' | 'u' | 'w'
            ? Uint32Array<Memory>
            : C extends 'l' | 'q'
              ? BigInt64Array<Memory>
              : C extends 'L' | 'Q'
                ? BigUint64Array<Memory>
                : C extends 'f' | 'Zf'
                  ? Float32Array<Memory>
                  : C extends 'd' | 'Zd'
                    ? Float64Array<Memory>
                    : C extends 'e'
                      ? HalfView<Memory> | Uint16Array<Memory>
                      : DataView<Memory>

/** A typed array of elements. Not a DataView, which does not tell the type of its elements. */
type OwnView<C extends ElementType> = C extends Typecode ? View<C> : never

/** A copy of some elements: a typed array, or an Array if the elements are objects. */
type Slice<C extends ElementType> = C extends Exclude<Typecode, 'Zf' | 'Zd'> ? View<C, ArrayBuffer> : Element<C>[]

/** `Buffer<ArrayBuffer>`, or `Buffer` with an older `@types/node`. */
type OwnBuffer = ReturnType<BufferConstructor['alloc']>

/** A range of records and one of their fields. Either bound may be omitted. */
type RangeOfField<K extends string> =
  | [options: FieldOptions<K>]
  | [start: Bound | undefined, options: FieldOptions<K>]
  | [start: Bound | undefined, stop: Bound | undefined, options: FieldOptions<K>]

/** The sum of elements. */
type Sum<C extends Typecode> = C extends 'c' | 'u' | 'w' ? never : Element<C>

/** A value to search for in sorted elements, or in a field of sorted records. */
type Sought<C extends ElementType> = C extends Typecode ? Input<C> : number | bigint

/** An element that can be ordered. */
type Ordered<C extends ElementType> = C extends Exclude<Typecode, 'Zf' | 'Zd'> ? Element<C> : never

/** Float16Array if the TypeScript library declares it, otherwise an interface with the same members. */
type HalfView<Memory extends ArrayBufferLike> = typeof globalThis extends { Float16Array: { prototype: infer Half } }
  ? HalfOn<Half, Memory>
  : HalfShape<Memory>

/** Float16Array over one type of buffer. An older library has no parameter for the buffer; its `slice` returns one over an ArrayBuffer. */
type HalfOn<Half, Memory extends ArrayBufferLike> = [Memory] extends [ArrayBuffer]
  ? Half extends { slice(): infer OnArrayBuffer }
    ? OnArrayBuffer
    : never
  : Half & { readonly buffer: Memory }

type HalfMember = Exclude<keyof Float32Array, typeof Symbol.toStringTag | 'slice' | 'subarray'>

interface HalfShape<Memory extends ArrayBufferLike> extends Pick<Float32Array<Memory>, HalfMember> {
  slice(start?: number, end?: number): HalfShape<ArrayBuffer>
  subarray(begin?: number, end?: number): HalfShape<Memory>
  readonly [Symbol.toStringTag]: 'Float16Array'
}

interface HalfConstructor {
  new (length: number): unknown
  readonly BYTES_PER_ELEMENT: number
  readonly prototype: { readonly [Symbol.toStringTag]: 'Float16Array' }
}

/**
 * A typed array's constructor, accepted wherever a typecode is: Int8Array for `b`, Uint8Array for `B`, Int16Array for
 * `h`, Uint16Array for `H`, Int32Array for `i`, Uint32Array for `I`, BigInt64Array for `q`, BigUint64Array for `Q`,
 * Float32Array for `f`, Float64Array for `d`, and Float16Array for `e` if the runtime has it.
 *
 * @example
 * new MmapArray(Float64Array, [0.1]).typecode // => 'd'
 */
export type TypedArrayConstructor =
  | Int8ArrayConstructor
  | Uint8ArrayConstructor
  | Int16ArrayConstructor
  | Uint16ArrayConstructor
  | Int32ArrayConstructor
  | Uint32ArrayConstructor
  | BigInt64ArrayConstructor
  | BigUint64ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor
  | HalfConstructor

/**
 * An element type as you pass it: a typecode, a {@link TypeName}, a typed array's constructor, a record type, or the
 * fields of a record.
 *
 * @example
 * MmapArray.open('points.rec', { x: 'd', y: 'd' }, { flags: 'w+' }).append({ x: 1, y: 2 })
 * MmapArray.open('points.rec', MmapArray.recordType([['x', 'd'], ['y', 'd']])).get(0) // => { x: 1, y: 2 }
 */
export type TypeArgument = PlainType | RecordType | RecordFields

/** The fields of a record type or of a list of pairs, as an object with typecodes. */
type FieldsOf<T> = T extends RecordType<infer F> ? F : NamedFields<T>

type NamedFields<T> = T extends readonly (readonly [string, unknown])[]
  ? { [P in T[number] as P[0]]: FieldCode<P[1]> }
  : { -readonly [K in keyof T]: FieldCode<T[K]> }

type FieldCode<T> = T extends readonly [infer V extends PlainType, infer N extends number]
  ? [CodeOf<V>, N]
  : T extends PlainType
    ? CodeOf<T>
    : never

/**
 * The typecode or the fields that a {@link TypeArgument} means, in TypeScript.
 *
 * @example
 * // CodeOf<'i'>, CodeOf<'int32'> and CodeOf<Int32ArrayConstructor> are all 'i'
 * new MmapArray(Int32Array).typecode // => 'i'
 */
export type CodeOf<T extends TypeArgument> = T extends Typecode
  ? T
  : T extends TypeName
    ? TypeNames[T]
    : T extends TypedArrayConstructor
      ? ConstructorCode<T>
      : FieldsOf<T>

/** Empty for a single type. For a union it requires an argument that cannot exist, so TypeScript skips the overload. */
type Known<T, Each = T> = Each extends unknown ? ([T] extends [Each] ? [] : [never]) : never

type ConstructorCode<T extends TypedArrayConstructor> = T extends Int8ArrayConstructor
  ? 'b'
  : T extends Uint8ArrayConstructor
    ? 'B'
    : T extends Int16ArrayConstructor
      ? 'h'
      : T extends Uint16ArrayConstructor
        ? 'H'
        : T extends Int32ArrayConstructor
          ? 'i'
          : T extends Uint32ArrayConstructor
            ? 'I'
            : T extends BigInt64ArrayConstructor
              ? 'q'
              : T extends BigUint64ArrayConstructor
                ? 'Q'
                : T extends Float32ArrayConstructor
                  ? 'f'
                  : T extends Float64ArrayConstructor
                    ? 'd'
                    : 'e'

/** Any iterable of elements except a typed array or an MmapArray, whose own type is checked instead. */
interface PlainIterable<T> extends Iterable<T> {
  readonly BYTES_PER_ELEMENT?: undefined
  readonly itemsize?: undefined
}

/**
 * The elements that `extend`, `setSlice` and `concat` accept. An MmapArray of the same typecode and a typed array of
 * the same kind are copied as one block. A Uint32Array matches `I`, `u` and `w`; a Float64Array of pairs matches `Zd`.
 * Any other iterable is converted element by element.
 *
 * @example
 * const readings = new MmapArray('d')
 * readings.extend(new MmapArray('d', [1.5]))
 * readings.extend(Float64Array.of(2.5))
 * readings.extend(new Set([3.5]))
 * readings.tolist() // => [ 1.5, 2.5, 3.5 ]
 * readings.extend(Float32Array.of(4.5)) // throws TypeError ERR_TYPE_MISMATCH
 */
export type Source<C extends ElementType> = MmapArray<C> | OwnView<C> | PlainIterable<Input<C>>

/**
 * The elements along one axis of an array of several dimensions, such as a row: an MmapArray of the same typecode, a
 * typed array of the same kind, or an Array of elements or of further such lists. Each list must have exactly as many
 * items as its axis.
 *
 * @example
 * const points = new MmapArray('f', [[1, 2], Float32Array.of(3, 4)], { shape: [-1, 2] })
 * points.shape // => [ 2, 2 ]
 * new MmapArray('f', [[1, 2], [3]], { shape: [-1, 2] }) // throws RangeError ERR_PARTIAL_ROW
 */
export type Nested<C extends ElementType> = MmapArray<C> | OwnView<C> | readonly (Input<C> | Nested<C>)[]

/**
 * The contents that a new array accepts:
 *
 * - everything that `extend` accepts
 * - an array or typed array of another type, converted and checked element by element
 * - an ArrayBuffer or SharedArrayBuffer, read as raw bytes
 * - a string, for `c`, `u` and `w`
 * - a number: the length of an array of zeros, as for typed arrays. Characters are then U+0000, and all fields of a
 *   record are zero
 * - with the option `shape`, also an iterable of rows, see {@link Nested}
 *
 * @example
 * new MmapArray('d', 3).tolist() // => [ 0, 0, 0 ]
 * new MmapArray('i', Float64Array.of(1, 2)).tolist() // => [ 1, 2 ]
 * new MmapArray('i', Float64Array.of(1.5)) // throws TypeError ERR_INVALID_ARG_TYPE
 * new MmapArray('H', Uint8Array.of(1, 0, 2, 0).buffer).tolist() // => [ 1, 2 ]
 * new MmapArray('w', 'naïve').length // => 5
 */
export type Init<C extends ElementType> = OwnView<C> | Items<C> | ArrayBuffer | SharedArrayBuffer | number

/** Elements, or lists of elements. */
type Items<C extends ElementType> = Iterable<Input<C> | Nested<C>>

/**
 * A bound of a range of elements. A negative bound counts from the end. A bound beyond the array is moved to its start
 * or end, so a bound may also be a bigint or an infinity. A number that is not an integer is an error.
 *
 * @example
 * new MmapArray('i', [1, 2, 3]).slice(-2, Infinity) // => Int32Array(2) [ 2, 3 ]
 */
export type Bound = number | bigint

/**
 * The location of a file: a path as a string or as bytes, or a `file:` URL.
 *
 * @example
 * MmapArray.open(Buffer.from('scores.i32'), 'i', { flags: 'w+' }).path // => 'scores.i32'
 */
export type FilePath = string | URL | Uint8Array

/**
 * A hint about how memory will be used, for {@link MmapArray.advise}. `'populate'` reads every page now. The others are
 * those of the system call madvise.
 *
 * @example
 * new MmapArray('B', new ArrayBuffer(1e6)).advise('sequential')
 */
export type Advice = 'normal' | 'random' | 'sequential' | 'willneed' | 'dontneed' | 'hugepage' | 'populate'

/**
 * Options for opening a file.
 *
 * @example
 * MmapArray.open('scores.i32', 'i', { flags: 'a+', capacity: 1000 }).capacity // => 1000
 */
export interface OpenOptions<S extends readonly number[] = readonly number[]> {
  /**
   * How to open the file: Node's own flags, and `'c'`. Default `'r'`.
   *
   * - `'r'`: read only.
   * - `'r+'`: read and write.
   * - `'w+'`: read and write. Creates the file, or empties an existing one.
   * - `'wx+'`: read and write. Creates the file, and throws `EEXIST` if it exists.
   * - `'a+'`: read and write. Creates the file, or keeps an existing one as it is.
   * - `'c'`: copy-on-write. You can write elements, but your changes stay in this array, and its length is fixed. Your
   *   first write to a page (4096 bytes) gives the array its own copy of that page, which no longer shows what others
   *   write there. The last page is copied with your first write to it, and when you take `view`, `buffer` or another
   *   raw view. If another process truncates the file, your changes beyond the new end are lost, even if the file grows
   *   again. The next call on the whole array then throws `ERR_MEMORY_FAULT`, and from then on every access does, until
   *   {@link MmapArray.refresh}. `get`, `set`, `at` and a running iteration do not detect the loss by themselves.
   *   Without `/proc/self/pagemap` nothing detects it.
   *
   * @example
   * MmapArray.open('log.q', 'q', { flags: 'a+' }).append(1n)
   * MmapArray.open('log.q', 'q').append(2n) // throws Error ERR_READ_ONLY
   */
  flags?: 'r' | 'r+' | 'w+' | 'wx+' | 'a+' | 'c' | undefined
  /**
   * The permission bits of a file that this call creates. The umask of the process is applied, as in `fs.open`. Default
   * `0o666`.
   *
   * @example
   * MmapArray.open('secret.B', 'B', { flags: 'w+', mode: 0o600 })
   */
  mode?: number | undefined
  /**
   * The number of bytes to skip at the start of the file, such as a header. Element 0 is at this offset. It must be a
   * multiple of the item size; for complex numbers, of half the item size; for records, any number is allowed. Default
   * 0, which is the only offset that a `.npy` file allows.
   *
   * @example
   * import fs from 'node:fs'
   * fs.writeFileSync('headed', Int32Array.of(99, 1, 2))
   * MmapArray.open('headed', 'i', { offset: 4 }).tolist() // => [ 1, 2 ]
   */
  offset?: number | undefined
  /**
   * The number of elements to map. Default: all elements of the file.
   *
   * If the file has more elements, the array is a window of fixed length: you can write elements, but a call that
   * changes the length throws `ERR_FIXED_LENGTH`. If the file has fewer, `w+`, `wx+` and `a+` extend it with zeros; the
   * other flags throw a RangeError `ERR_OUT_OF_RANGE`. A file that ends inside an element is not extended: the call
   * throws `ERR_RAGGED_LENGTH`, unless you pass `tail`.
   *
   * @example
   * MmapArray.open('zeros.d', 'd', { flags: 'w+', length: 3 }).tolist() // => [ 0, 0, 0 ]
   * MmapArray.open('zeros.d', 'd', { flags: 'r+', length: 2 }).append(1) // throws Error ERR_FIXED_LENGTH
   */
  length?: number | undefined
  /**
   * The lengths of 1 to 64 axes, in elements; see {@link MmapArray.shape}. `[10, 768]` means ten rows of 768 elements,
   * as many elements as `length: 7680`. `[-1, 768]` means all rows that the file has. Only the first length may be -1
   * or 0. You cannot pass `length` as well. Default: one dimension, or the shape in the header of a `.npy` file.
   *
   * A raw file does not store the shape. If it ends inside a row, the array has only the whole rows, and a call that
   * changes the length throws `ERR_RAGGED_LENGTH`, unless you pass `tail`. A new `.npy` file stores the shape, in C
   * order. For an existing `.npy` file, the shape must match its header, but may have fewer rows; any other shape
   * throws a RangeError `ERR_OUT_OF_RANGE`.
   *
   * @example
   * const vectors = MmapArray.open('vectors.npy', 'f', { flags: 'w+', shape: [0, 3] })
   * vectors.append([1, 2, 3])
   * vectors.shape // => [ 1, 3 ]
   * MmapArray.open('vectors.f32', 'f', { flags: 'w+', shape: [2, 3] }).length // => 6
   * MmapArray.open('vectors.f32', 'f', { shape: [-1, 2] }).shape // => [ 3, 2 ]
   * MmapArray.open('vectors.npy', 'f', { shape: [-1, 2] }) // throws RangeError ERR_OUT_OF_RANGE
   */
  shape?: S | undefined
  /**
   * The number of elements to reserve when the file is opened, as {@link MmapArray.reserve} does. This array must then
   * be the only writer of the file. Default: none.
   *
   * @example
   * const log = MmapArray.open('log.d', 'd', { flags: 'w+', capacity: 1000 })
   * log.length // => 0
   * log.capacity // => 1000
   */
  capacity?: number | undefined
  /**
   * A hint for the whole array, as for {@link MmapArray.advise}. Default: none.
   *
   * @example
   * MmapArray.open('table.I', 'I', { flags: 'w+', advice: 'random' })
   */
  advice?: Advice | undefined
  /**
   * The format of the file: `'raw'` for elements only, `'npy'` for NumPy's format, which has a header before the
   * elements; see {@link MmapArray.format}. Default: `'npy'` if the path ends in `.npy`, in upper or lower case,
   * otherwise `'raw'`.
   *
   * @example
   * MmapArray.open('array.npy', 'd', { flags: 'w+' }).format // => 'npy'
   * MmapArray.open('array.dat', 'd', { flags: 'w+', format: 'npy' }).format // => 'npy'
   * MmapArray.open('array.npy', 'B', { format: 'raw' }).length // => 128
   */
  format?: 'raw' | 'npy' | undefined
  /**
   * What a call that changes the length does if the file ends inside an element. `'cut'`: it first truncates the file
   * to whole elements. Default: it throws `ERR_RAGGED_LENGTH`, because a file of another type often ends this way. With
   * `'cut'`, all changes of the length hold the append lock that docs/durability.md describes.
   *
   * A program that starts again after a crash needs this option to append records whose size does not divide 4096: a
   * killed append may have left a part of one. An array that was opened before the kill does not need it, because it
   * removes such a part anyway; see docs/durability.md. Not allowed for `.npy` files.
   *
   * @example
   * import fs from 'node:fs'
   * fs.writeFileSync('torn.i32', Buffer.alloc(10))
   * const torn = MmapArray.open('torn.i32', 'i', { flags: 'r+', tail: 'cut' })
   * torn.append(1)
   * torn.tolist() // => [ 0, 0, 1 ]
   */
  tail?: 'cut' | undefined
}

/**
 * Options of {@link MmapArray.appender}.
 *
 * @example
 * const ticks = MmapArray.open('ticks.f64', 'd', { flags: 'a+' })
 * ticks.appender({ capacity: 1000, interval: 20, sync: true }).close()
 */
export interface AppenderOptions {
  /**
   * The number of elements in a batch, from 1 to the number that fits in 1 GiB. Default: the number that fits in 64
   * KiB.
   *
   * @example
   * const log = new MmapArray('i')
   * const appender = log.appender({ capacity: 2 })
   * appender.append(1)
   * log.length // => 0
   * appender.append(2)
   * log.length // => 2
   */
  capacity?: number | undefined
  /**
   * The longest time that an element waits for its batch to be appended, in milliseconds. A busy event loop can delay
   * it. 0 means no timer. The timer does not keep the process alive. Default 100.
   *
   * @example
   * import { setTimeout as pause } from 'node:timers/promises'
   * const log = new MmapArray('i')
   * log.appender({ interval: 10 }).append(1)
   * while (log.length === 0) await pause(10)
   * log.length // => 1
   */
  interval?: number | undefined
  /**
   * Whether `flush()` and `close()` also wait until the elements are on the device, as {@link MmapArray.flush} does, so
   * that they survive a power failure. With `sync`, the timer also sends the batches that were appended since its last
   * run to the device. Default false.
   *
   * @example
   * const log = MmapArray.open('log.d', 'd', { flags: 'a+' })
   * const appender = log.appender({ sync: true })
   * appender.append(1.5)
   * await appender.flush() // on the device now
   */
  sync?: boolean | undefined
}

/**
 * Collects elements in memory and appends them to an array in batches. A batch is one write, so an element costs a
 * store into memory instead of a system call. Readers of the file see whole elements, in order.
 * {@link MmapArray.appender} makes an appender; docs/logging.md tells when elements can be lost.
 *
 * The appender appends a batch when the batch is full, after the interval, at `flush()` and `close()`, and at the end
 * of the process or worker. If the timer, or the batch that an element has just filled, meets an error, the appender
 * keeps the elements. The next call then throws that error and does nothing else. No element is lost, and none is
 * written twice.
 *
 * @example
 * const log = MmapArray.open('log.i32', 'i', { flags: 'w+' })
 * const appender = log.appender()
 * for (let n = 0; n < 1000; n++) appender.append(n)
 * log.length // => 0
 * await appender.flush()
 * log.length // => 1000
 */
export interface Appender<C extends ElementType = Typecode> {
  /**
   * The array that the appender appends to.
   *
   * @example
   * const log = new MmapArray('i')
   * log.appender().array === log // => true
   */
  readonly array: MmapArray<C>

  /**
   * The number of elements in a full batch.
   *
   * @example
   * new MmapArray('d').appender().capacity // => 8192
   */
  readonly capacity: number

  /**
   * The number of elements that wait to be appended to the array.
   *
   * @example
   * const appender = new MmapArray('i').appender()
   * appender.extend([1, 2, 3])
   * appender.pending // => 3
   */
  readonly pending: number

  /**
   * Whether the appender or its array is closed.
   *
   * @example
   * const log = new MmapArray('i')
   * const appender = log.appender()
   * log.close()
   * appender.closed // => true
   */
  readonly closed: boolean

  /**
   * Takes one element, or one row if the array has several dimensions. The checks are those of the array's `append`.
   *
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a value of the wrong type
   * @throws {RangeError} ERR_VALUE_OUT_OF_RANGE for a value that does not fit the type; ERR_PARTIAL_ROW for a row of
   * another length
   * @throws {Error} ERR_CLOSED; ENOMEM; the error of an earlier batch, such as ENOSPC. The element is then not taken
   * @example
   * const log = new MmapArray({ time: 'd', size: 'I' })
   * const appender = log.appender()
   * appender.append({ time: 1.5, size: 100 })
   * appender.append({ time: 2.5, size: -1 }) // throws RangeError ERR_VALUE_OUT_OF_RANGE
   * appender.close()
   * log.tolist() // => [ { time: 1.5, size: 100 } ]
   */
  append(value: Input<C> | Nested<C>): void

  /**
   * Takes elements. If they do not fit in the current batch, that batch is appended first; if this fails, none is
   * taken. As many elements as a whole batch, or more, are appended by a write of their own.
   *
   * If an item of an iterable is bad, or the iterable throws, the items before are kept, unless the array has several
   * dimensions. An array of several dimensions accepts elements or rows, as its `extend` does.
   *
   * @throws {TypeError} ERR_TYPE_MISMATCH for an MmapArray or typed array of another type; ERR_INVALID_ARG_TYPE for an
   * item of the wrong type and for a value that is not iterable
   * @throws {RangeError} ERR_VALUE_OUT_OF_RANGE for an item that does not fit the type; ERR_PARTIAL_ROW for elements
   * that are not whole rows
   * @throws {Error} ERR_CLOSED; ENOMEM; the error of an earlier batch, such as ENOSPC. No element is then taken
   * @example
   * const log = new MmapArray('f')
   * const appender = log.appender({ capacity: 4 })
   * appender.extend([1, 2])
   * appender.extend(Float32Array.of(3, 4, 5, 6, 7))
   * log.tolist() // => [ 1, 2, 3, 4, 5, 6, 7 ]
   */
  extend(items: Source<C> | PlainIterable<Nested<C>>): void

  /**
   * Appends the pending elements at once, then returns a promise. With `sync`, the promise waits until all elements of
   * the array are on the device.
   *
   * @throws {Error} as a rejection: ERR_CLOSED; ERR_BUSY while an asynchronous call works on the array;
   * ERR_RAGGED_LENGTH, ERR_LOCKED and system errors such as ENOSPC. The appender then keeps the elements. With `sync`,
   * also EIO: the elements are then in the file, but may not be on the device
   * @example
   * const log = MmapArray.open('log.i32', 'i', { flags: 'w+' })
   * const appender = log.appender()
   * appender.append(1)
   * await appender.flush()
   * MmapArray.open('log.i32', 'i').tolist() // => [ 1 ]
   */
  flush(): Promise<void>

  /**
   * Appends the pending elements, like `flush()`, but returns no promise. With `sync`, it blocks until they are on the
   * device.
   *
   * @throws {Error} as {@link Appender.flush}
   * @example
   * const log = new MmapArray('i')
   * const appender = log.appender()
   * appender.append(1)
   * appender.flushSync()
   * appender.pending // => 0
   */
  flushSync(): void

  /**
   * Appends the pending elements and ends the appender. With `sync`, it first waits until they are on the device. The
   * array stays open. A second call does nothing. `close()` of the array closes its appenders in the same way.
   *
   * @throws {Error} as {@link Appender.flush}. The appender then stays open: make room and close it again, or call
   * `discard()`
   * @example
   * const log = new MmapArray('i')
   * const appender = log.appender()
   * appender.append(1)
   * appender.close()
   * log.tolist() // => [ 1 ]
   * appender.append(2) // throws Error ERR_CLOSED
   */
  close(): void

  /**
   * Ends the appender and discards the pending elements. Use it for elements that can never be appended, for instance
   * because the disk stays full: `close()` would throw each time, so the appender and its array would stay open.
   *
   * @returns the number of discarded elements
   * @throws {TypeError} ERR_INVALID_ARG_TYPE if `this` is not an appender
   * @example
   * const log = new MmapArray('i')
   * const appender = log.appender()
   * appender.append(1)
   * appender.discard() // => 1
   * log.length // => 0
   */
  discard(): number

  /**
   * Calls `close()`, for `using appender = log.appender()`.
   *
   * @example
   * const appender = new MmapArray('i').appender()
   * appender[Symbol.dispose]()
   * appender.closed // => true
   */
  [Symbol.dispose](): void

  /**
   * Closes the appender, for `await using appender = log.appender({ sync: true })`. It waits for the device without
   * blocking the thread.
   *
   * @throws {Error} as a rejection, as {@link Appender.flush}
   * @example
   * const log = MmapArray.open('log.i32', 'i', { flags: 'w+' })
   * const appender = log.appender({ sync: true })
   * appender.append(1)
   * await appender[Symbol.asyncDispose]()
   * log.length // => 1
   */
  [Symbol.asyncDispose](): Promise<void>

  /**
   * The name that `Object.prototype.toString` shows.
   *
   * @example
   * Object.prototype.toString.call(new MmapArray('i').appender()) // => '[object Appender]'
   */
  readonly [Symbol.toStringTag]: 'Appender'
}

/**
 * The least and greatest values of each part of an array, see {@link MmapArray.envelope}. Both typed arrays share one
 * buffer, so transferring one also transfers the other.
 *
 * @example
 * const { min, max } = new MmapArray('i', [3, 1, 4, 1, 5, 9]).envelope(3)
 * min // => Int32Array(3) [ 1, 1, 5 ]
 * max // => Int32Array(3) [ 3, 4, 9 ]
 */
export interface Envelope<C extends ElementType = Typecode> {
  /**
   * The least value of each part.
   *
   * @example
   * new MmapArray('d', [2, NaN, 1]).envelope(1).min // => Float64Array(1) [ 1 ]
   */
  min: View<C, ArrayBuffer>
  /**
   * The greatest value of each part.
   *
   * @example
   * new MmapArray('d', [2, NaN, 1]).envelope(1).max // => Float64Array(1) [ 2 ]
   */
  max: View<C, ArrayBuffer>
}

/**
 * Selects the field of the records that a call works on. It is the last argument of `sum`, `min`, `max`, `count`,
 * `index`, `includes`, `bisectLeft`, `bisectRight`, `searchsorted`, `envelope`, `sort` and their asynchronous forms.
 * Optional arguments before it may be omitted: `index(value, { field })`. The field must be a single real number.
 * `count`, `index` and `includes` also accept a character, and `sum` a complex number.
 *
 * @example
 * const trades = new MmapArray({ time: 'q', price: 'd' }, [{ time: 1, price: 9.5 }, { time: 3, price: 9 }])
 * trades.max({ field: 'price' }) // => 9.5
 * trades.bisectLeft(2, { field: 'time' }) // => 1
 * trades.max() // throws TypeError ERR_TYPE_MISMATCH
 */
export interface FieldOptions<K extends string = string> {
  /**
   * The name of the field. An unknown name throws an error, and so does a field for an array that does not hold
   * records.
   *
   * @example
   * new MmapArray({ x: 'd' }, [{ x: 1 }, { x: 2 }]).sum({ field: 'x' }) // => 3
   * new MmapArray('d', [1, 2]).sum({ field: 'x' }) // throws TypeError ERR_TYPE_MISMATCH
   */
  field: K
}

/**
 * Options of calls that work on another thread.
 *
 * @example
 * await new MmapArray('i', [2, 1]).sortAsync({ signal: AbortSignal.timeout(60_000) })
 */
export interface AsyncOptions {
  /**
   * A signal that cancels the work. The promise is rejected with the reason of the signal as soon as the work has
   * stopped. Default: none.
   *
   * @example
   * const aborted = AbortSignal.abort(new Error('not needed'))
   * await new MmapArray('i', [2, 1]).sortAsync({ signal: aborted }).catch(({ message }) => message) // => 'not needed'
   */
  signal?: AbortSignal | undefined
}

/**
 * Options of {@link MmapArrayConstructor.replace}.
 *
 * @example
 * await MmapArray.replace('squares.npy', 'd', (next) => next.extend([0, 1, 4]), { mode: 0o640 })
 */
export interface ReplaceOptions extends AsyncOptions {
  /**
   * The number of elements to reserve for the new array, as {@link MmapArray.reserve} does. Default: none.
   *
   * @example
   * await MmapArray.replace('zeros.d', 'd', (next) => next.capacity, { capacity: 1000 }) // => 1000
   */
  capacity?: number | undefined
  /**
   * The format of the new file, as in {@link OpenOptions}. Default: `'npy'` if the path ends in `.npy`, otherwise
   * `'raw'`.
   *
   * @example
   * await MmapArray.replace('squares.dat', 'd', (next) => next.format, { format: 'npy' }) // => 'npy'
   */
  format?: 'raw' | 'npy' | undefined
  /**
   * The number of zeros that the new array starts with. Default 0.
   *
   * @example
   * await MmapArray.replace('zeros.d', 'd', (next) => next.tolist(), { length: 2 }) // => [ 0, 0 ]
   */
  length?: number | undefined
  /**
   * The permission bits of the new file if no file exists at the path yet. The umask of the process is applied. Default
   * `0o666`. If a file exists, the new one gets its permission bits.
   *
   * @example
   * await MmapArray.replace('secret.B', 'B', (next) => next.append(7), { mode: 0o600 })
   */
  mode?: number | undefined
  /**
   * The lengths of the axes, as in {@link OpenOptions}. You cannot pass `length` as well. Default: one dimension.
   * `[0, 3]` starts without rows, for `append` and `extend`. `[2, 3]` starts with two rows of zeros, which you fill.
   *
   * @example
   * await MmapArray.replace('zeros.npy', 'f', (next) => next.row(1).set([1, 2, 3]), { shape: [2, 3] })
   * MmapArray.open('zeros.npy').tolist() // => [ 0, 0, 0, 1, 2, 3 ]
   * await MmapArray.replace('vectors.npy', 'f', (next) => next.append([1, 2, 3]), { shape: [0, 3] })
   * MmapArray.open('vectors.npy').shape // => [ 1, 3 ]
   */
  shape?: readonly number[] | undefined
}

/**
 * Options of {@link MmapArrayConstructor.versions}: some of {@link OpenOptions}, which apply to each version, and when
 * to stop.
 *
 * @example
 * const versions = MmapArray.versions('no-such-file', 'd', { signal: AbortSignal.timeout(10) })
 * await versions.next().catch(({ name }) => name) // => 'TimeoutError'
 */
export interface VersionsOptions extends AsyncOptions, Omit<OpenOptions, 'flags' | 'mode' | 'capacity'> {
  /**
   * How to open each version, as in {@link OpenOptions}. Flags that create a file are not allowed. Default `'r'`.
   *
   * @example
   * MmapArray.versions('squares.d', 'd', { flags: 'w+' }) // throws RangeError ERR_OUT_OF_RANGE
   */
  flags?: 'r' | 'r+' | 'c' | undefined
  /**
   * Whether waiting for the next version keeps the process alive. Default true.
   *
   * @example
   * MmapArray.versions('no-such-file', 'd', { persistent: false }).next() // the process may end
   */
  persistent?: boolean | undefined
}

/**
 * Options of {@link MmapArray.follow}: where to start, the size of a part, and what to do if the file is truncated or
 * replaced.
 *
 * @example
 * const log = MmapArray.open('log.d', 'd', { flags: 'w+' })
 * log.extend([1, 2, 3, 4, 5])
 * for await (const part of log.follow({ from: -3, batch: 2 })) {
 *   part // => Float64Array(2) [ 3, 4 ]
 *   break
 * }
 */
export interface FollowOptions extends AsyncOptions {
  /**
   * The first element to return: an index, which counts from the end of the array if it is negative; `'start'`, which
   * is 0; or `'end'`, the end of the file when you call `follow`. Default: the `length` of the array, so that you
   * continue after the elements that the array already shows.
   *
   * An index beyond the end of the file counts as a truncation of the file. In an array of several dimensions, an index
   * that is not the first one of a row throws `ERR_PARTIAL_ROW`.
   *
   * @example
   * const log = new MmapArray('i', [7, 8])
   * const { value } = await log.follow({ from: 'start' }).next()
   * value // => Int32Array(2) [ 7, 8 ]
   */
  from?: number | 'start' | 'end' | undefined
  /**
   * The largest number of elements in one part. Default: the number that fits in one mebibyte, at least one. Parts of
   * an array of several dimensions are whole rows, at least one row.
   *
   * @example
   * const log = new MmapArray('i', [7, 8, 9])
   * const { value } = await log.follow({ from: 0, batch: 2 }).next()
   * value // => Int32Array(2) [ 7, 8 ]
   */
  batch?: number | undefined
  /**
   * What `next()` does if the file has fewer elements than the follower has already returned. `'throw'`: it throws
   * `ERR_MEMORY_FAULT`. `'restart'`: it starts again at the first element. Default `'throw'`. A file that is truncated
   * and grows back before the follower looks again cannot be told from one that only grew.
   *
   * @example
   * const log = MmapArray.open('log.d', 'd', { flags: 'w+' })
   * const parts = log.follow({ truncated: 'restart' })
   */
  truncated?: 'throw' | 'restart' | undefined
  /**
   * What happens if another file is renamed to the path of the array, or its file is unlinked or moved. `'end'`: the
   * iteration ends after the last element of the old file. `'reopen'`: it continues with the first element of the file
   * that is now at the path; if there is none, it waits for one. `'ignore'`: it stays with the old file. Default
   * `'end'`. An array without a path is never replaced.
   *
   * @example
   * const log = MmapArray.open('log.d', 'd', { flags: 'w+' })
   * const parts = log.follow({ replaced: 'reopen' })
   */
  replaced?: 'end' | 'reopen' | 'ignore' | undefined
}

/**
 * Options for taking a lock.
 *
 * @example
 * new MmapArray('i').tryLock({ shared: true }) // => true
 */
export interface LockOptions {
  /**
   * Whether other arrays may hold the lock at the same time, if they also take it shared. Default false: only one array
   * holds it.
   *
   * @example
   * const one = new MmapArray('i')
   * const other = MmapArray.attach(one.handle())
   * one.tryLock({ shared: true }) // => true
   * other.tryLock({ shared: true }) // => true
   */
  shared?: boolean | undefined
}

/**
 * Plain JSON that identifies an array. Send it to another thread or process of this machine, which gets the same memory
 * from {@link MmapArrayConstructor.attach}. Send the handle, not the array: see {@link MmapArray.handle}. A handle does
 * not keep the memory alive. Fields that are not declared here may change with each version of this package.
 *
 * @example
 * const scores = new MmapArray('i', [1, 2, 3])
 * const message = JSON.stringify(scores.handle())
 * MmapArray.attach(JSON.parse(message)).tolist() // => [ 1, 2, 3 ]
 */
export interface Handle<C extends ElementType = Typecode> {
  /**
   * The typecode of the array. Absent for an array of records.
   *
   * @example
   * new MmapArray('i').handle().typecode // => 'i'
   */
  readonly typecode: C extends Typecode ? C : undefined
  /**
   * The fields and the size of a record, as in {@link RecordType}. Absent for other elements.
   *
   * @example
   * new MmapArray({ x: 'd' }).handle().record // => { fields: [ { name: 'x', typecode: 'd', offset: 0 } ], itemsize: 8 }
   */
  readonly record?: Pick<RecordType, 'fields' | 'itemsize'>
  /**
   * The version of the handle format. `attach` reads only handles of the version that its own package makes.
   *
   * @example
   * new MmapArray('i').handle().version // => 1
   */
  readonly version: number
}

/**
 * The arguments for the constructor of scijs' `ndarray`, see {@link MmapArray.ndarray}.
 *
 * @example
 * const { data, shape, stride, offset } = new MmapArray('d', [1, 2, 3, 4], { shape: [2, 2] }).ndarray()
 * data[offset + stride[0] * 1 + stride[1] * 0] // => 3
 * // ndarray(data, shape, stride, offset).get(1, 0) gives the same
 */
export interface NdarrayParts<C extends ElementType = Typecode> {
  /**
   * The view of the array.
   *
   * @example
   * new MmapArray('f', [1, 2]).ndarray().data // => Float32Array(2) [ 1, 2 ]
   */
  data: View<C, ArrayBuffer>
  /**
   * The lengths of the axes.
   *
   * @example
   * new MmapArray('f', 6, { shape: [3, 2] }).ndarray().shape // => [ 3, 2 ]
   */
  shape: number[]
  /**
   * The distance between two neighbours along each axis, in elements, as in `strides`.
   *
   * @example
   * new MmapArray('f', 6, { shape: [3, 2] }).ndarray().stride // => [ 2, 1 ]
   */
  stride: number[]
  /**
   * The index of the first element in `data`. Always 0.
   *
   * @example
   * new MmapArray('f', [1, 2]).ndarray().offset // => 0
   */
  offset: number
}

/** An array whose `shape` is a tuple, if TypeScript knows how many lengths the option has. */
type Shaped<C extends ElementType, S extends readonly number[]> = number extends S['length']
  ? MmapArray<C>
  : MmapArray<C> & { readonly shape: { -readonly [Axis in keyof S]: number } }

/** The class MmapArray: its constructor and its static members. */
export interface MmapArrayConstructor {
  /**
   * Makes an array in anonymous shared memory, without a file. The memory is freed when the last array that uses it is
   * gone. The array starts reserved (see {@link MmapArray.capacity}) and becomes exact when you take its `handle()` or
   * `fd`.
   *
   * @param typecode a {@link Typecode}, a typed array's constructor, a record type or its fields, see
   * {@link TypeArgument}
   * @param init the contents, or the number of zeros, see {@link Init}; default: no elements
   * @param options `capacity`: the number of elements to reserve, default 0. `shape`: the lengths of the axes, default
   * one dimension. `init` must have exactly that many elements, or whole rows if the first length is -1. Without `init`
   * the elements are zeros
   * @throws {TypeError} ERR_INVALID_TYPECODE, ERR_INVALID_RECORD_TYPE; ERR_INVALID_ARG_TYPE for an element or `init` of
   * the wrong type; ERR_TYPE_MISMATCH for characters given to an array of numbers, or the reverse
   * @throws {RangeError} ERR_VALUE_OUT_OF_RANGE for an element that does not fit the type; ERR_OUT_OF_RANGE for a
   * length or a capacity that is negative or more than 2^53 bytes, and if `init` does not have as many elements as
   * `shape`; ERR_PARTIAL_ROW
   * @throws {Error} ERR_RAGGED_LENGTH for an ArrayBuffer that does not hold a whole number of elements; ENOMEM if there
   * is not enough memory
   * @example
   * const primes = new MmapArray('i', [2, 3, 5, 7])
   * primes.append(11)
   * primes.length // => 5
   * new MmapArray('h', 2).tolist() // => [ 0, 0 ]
   * new MmapArray('f', [[1, 2, 3], [4, 5, 6]], { shape: [2, 3] }).get(1, 0) // => 4
   * new MmapArray('B', [256]) // throws RangeError ERR_VALUE_OUT_OF_RANGE
   */
  new <const T extends TypeArgument, const S extends readonly number[] = readonly number[]>(
    typecode: T,
    init?: Init<CodeOf<T>>,
    options?: { capacity?: number | undefined; shape?: S | undefined },
  ): Shaped<CodeOf<T>, S>

  /**
   * The object that every array inherits its members from.
   *
   * @example
   * Object.getPrototypeOf(MmapArray.prototype) !== Array.prototype // => true
   */
  readonly prototype: MmapArray<any>

  /**
   * Opens a file as an array. Element 0 is at byte 0 or at `offset`, and the size of the file determines the length.
   * Data are read only when you access them. If the file ends inside an element, the array ends with the last whole
   * element, and a call that changes the length throws `ERR_RAGGED_LENGTH`, unless you pass `tail`.
   *
   * @param path a string, bytes or a `file:` URL
   * @param typecode a {@link Typecode}, a typed array's constructor, a record type or its fields, see
   * {@link TypeArgument}
   * @param options see {@link OpenOptions}; default `{ flags: 'r' }`
   * @throws {Error} system errors such as ENOENT, EACCES, EEXIST and EISDIR, with `errno`, `syscall` and `path` as
   * Node's errors have
   * @throws {RangeError} ERR_OUT_OF_RANGE for an `offset` or `length` that does not fit the file, and for unknown flags
   * @throws {TypeError} ERR_INVALID_TYPECODE, ERR_INVALID_RECORD_TYPE, ERR_INVALID_ARG_TYPE
   * @example
   * const temperatures = MmapArray.open('temperatures.f64', 'd', { flags: 'w+' })
   * temperatures.extend([20.5, 21, 19.75])
   * MmapArray.open('temperatures.f64', Float64Array).tolist() // => [ 20.5, 21, 19.75 ]
   * MmapArray.open('no-such-file', 'd') // throws Error ENOENT
   */
  open<const T extends TypeArgument, const S extends readonly number[] = readonly number[]>(
    path: FilePath,
    typecode: T,
    options?: OpenOptions<S>,
  ): Shaped<CodeOf<T>, S>

  /**
   * Opens a `.npy` file with the element type in its header: `<i8` opens as `q`, `<U1` as `w`, `|S1` as `c`, `|b1` as
   * `B`, and a structured dtype as a record type. You may also pass a type; if the header has another one, the call
   * throws. A file of several dimensions gives an array of that {@link MmapArray.shape}. A field of several dimensions
   * becomes a field with a count, the number of its values.
   *
   * @param path a string, bytes or a `file:` URL
   * @param typecode omitted, or undefined
   * @param options see {@link OpenOptions}; default `{ flags: 'r' }`
   * @throws {Error} ERR_INVALID_NPY, ERR_UNSUPPORTED_NPY, and system errors
   * @throws {TypeError} ERR_TYPE_MISMATCH if the header has another type than the one you pass; ERR_INVALID_TYPECODE if
   * you pass no type, and the call creates the file or the file is not a `.npy` file
   * @throws {RangeError} ERR_OUT_OF_RANGE for an `offset`, and as for other files
   * @example
   * MmapArray.open('prices.npy', 'd', { flags: 'w+' }).extend([1.5, 2.5])
   * const prices = MmapArray.open('prices.npy')
   * prices.typecode // => 'd'
   * prices.tolist() // => [ 1.5, 2.5 ]
   * MmapArray.open('prices.npy', 'i') // throws TypeError ERR_TYPE_MISMATCH
   * MmapArray.open('trades.npy', { time: 'q', price: 'd' }, { flags: 'w+' }).append({ time: 1, price: 9.5 })
   * MmapArray.open('trades.npy').get(0) // => { time: 1n, price: 9.5 }
   */
  open<C extends ElementType = Typecode, const S extends readonly number[] = readonly number[]>(
    path: FilePath,
    typecode?: undefined,
    options?: OpenOptions<S>,
  ): Shaped<C, S>

  /**
   * Opens POSIX shared memory by name. Any program on this machine can open it by the same name; in Python,
   * `multiprocessing.shared_memory.SharedMemory(name)` does. The memory lasts until
   * {@link MmapArrayConstructor.unlinkShm} or a restart of the machine. A Python process that attached to it also
   * unlinks the name when it ends; from Python 3.13 on, `track=False` prevents that.
   *
   * @param name 1 to 255 bytes, with or without a slash in front; no other slash
   * @param typecode a {@link Typecode}, a typed array's constructor, a record type or its fields, see
   * {@link TypeArgument}
   * @param options see {@link OpenOptions}; default `{ flags: 'r' }`, and `mode` `0o600`
   * @throws {Error} system errors such as ENOENT, EACCES, EEXIST and ENOSPC
   * @throws {RangeError} ERR_OUT_OF_RANGE for an invalid name, and as for `open`
   * @throws {TypeError} ERR_INVALID_TYPECODE, ERR_INVALID_RECORD_TYPE, ERR_INVALID_ARG_TYPE
   * @example
   * const name = `example-${process.pid}`
   * const counters = MmapArray.openShm(name, 'q', { flags: 'w+', length: 4 })
   * MmapArray.openShm(name, 'q', { flags: 'r+' }).set(0, 5n)
   * counters.get(0) // => 5n
   * MmapArray.unlinkShm(name)
   */
  openShm<const T extends TypeArgument, const S extends readonly number[] = readonly number[]>(
    name: string,
    typecode: T,
    options?: OpenOptions<S>,
  ): Shaped<CodeOf<T>, S>

  /**
   * Removes the name of shared memory. Arrays that have the memory open keep it.
   *
   * @param name as for `openShm`
   * @throws {Error} system errors, such as ENOENT if no memory has this name
   * @throws {RangeError} ERR_OUT_OF_RANGE for an invalid name
   * @throws {TypeError} ERR_INVALID_ARG_TYPE
   * @example
   * MmapArray.unlinkShm('no-such-name') // throws Error ENOENT
   */
  unlinkShm(name: string): void

  /**
   * Builds a new version of a file and replaces the old one in a single step. A program that opens the path gets either
   * the whole old version or the whole new one, even after a power failure. Arrays that are open keep the old version;
   * see {@link MmapArray.isReplaced}.
   *
   * The callback fills a new, empty array. Its file is named `.name.*.tmp` and lies next to the target. When the
   * callback has ended, `replace` flushes the file to the device, renames it to the target, flushes the directory and
   * closes the array. The callback must not close it. The new file gets the permission bits of the old one, and its
   * owner and group as far as the system allows. If the group cannot be kept, the new group gets only the permissions
   * that everybody has. If the path is a symbolic link, the link stays and its target is replaced. If several calls
   * replace the same file at the same time, the last one to end wins.
   *
   * If anything fails, or the process or worker ends first, the old file stays as it is and the new one is removed.
   * Only a signal that kills the process, or a power failure, leaves a `.name.*.tmp` behind. One error comes after the
   * rename: if the directory cannot be flushed, the new version is in place, but a power failure may bring the old one
   * back.
   *
   * @param path a string, bytes or a `file:` URL
   * @param typecode a {@link Typecode}, a typed array's constructor, a record type or its fields, see
   * {@link TypeArgument}
   * @param build fills the new array. Its return value, or the value of the promise that it returns, is the result of
   * `replace`
   * @param options see {@link ReplaceOptions}. If `signal` aborts before the rename, the array is closed at once and
   * the promise is rejected
   * @throws {Error} whatever `build` throws; system errors such as ENOSPC, EACCES and EISDIR; ERR_CLOSED if `build`
   * closed the array, because its elements can no longer be checked; ERR_BUSY if an asynchronous call still works on
   * it; ERR_MEMORY_FAULT if written elements were lost
   * @throws {RangeError} ERR_OUT_OF_RANGE
   * @throws {TypeError} ERR_INVALID_TYPECODE, ERR_INVALID_RECORD_TYPE, ERR_INVALID_ARG_TYPE
   * @example
   * await MmapArray.replace('squares.d', 'd', (next) => {
   *   for (let i = 0; i < 100; i++) next.append(i * i)
   * })
   * const old = MmapArray.open('squares.d', 'd')
   * await MmapArray.replace('squares.d', 'd', async (next) => next.extend([0, 1]))
   * old.length // => 100
   * MmapArray.open('squares.d', 'd').length // => 2
   */
  replace<const T extends TypeArgument, R>(
    path: FilePath,
    typecode: T,
    build: (next: MmapArray<CodeOf<T>>) => R,
    options?: ReplaceOptions,
  ): Promise<Awaited<R>>

  /**
   * Returns an iterator over the versions of a file: the current one, then each new one that replaces it by
   * {@link MmapArrayConstructor.replace} or any other rename. If no file exists at the path, it waits for one. It never
   * misses the newest version, but skips a version that is replaced before you ask for the next one. Writing into the
   * existing file does not make a new version.
   *
   * New versions come from the event loop, so a synchronous loop never receives one: ask
   * {@link MmapArray.isReplaced} there.
   *
   * The iterator closes no array. If your look-ups are synchronous, close the old array as soon as you have the new
   * one. If the array or its `view` is held over an `await`, only drop it. `break`, an error in the loop, `return()` and
   * an abort end the iteration at once, and leave the last array open. If you call `next()` yourself, call `return()` at
   * the end: an iterator that you drop keeps a watch and a descriptor.
   *
   * The iterator notices a new version by events of the system (`fs.watch` of the directory, and of those that symbolic
   * links lead through). Where there are no such events, as on network file systems, it looks once a second. It does
   * nothing unless you wait for the next version. A file that was not published by a rename may be found half written.
   *
   * @param path a string, bytes or a `file:` URL
   * @param typecode a {@link Typecode}, a typed array's constructor, a record type or its fields, see
   * {@link TypeArgument}
   * @param options see {@link VersionsOptions}; default `{ flags: 'r' }`
   * @throws {Error} from `next()`: whatever `open` throws, except ENOENT for a missing file; ENOENT if the directory is
   * missing at the first `next()`; the reason of the signal
   * @throws {RangeError} ERR_OUT_OF_RANGE
   * @throws {TypeError} ERR_INVALID_ARG_TYPE; from `next()`: ERR_INVALID_TYPECODE, ERR_INVALID_RECORD_TYPE,
   * ERR_TYPE_MISMATCH
   * @example
   * const lengths = []
   * await MmapArray.replace('squares.d', 'd', (next) => next.extend([0, 1]))
   * for await (const squares of MmapArray.versions('squares.d', 'd')) {
   *   lengths.push(squares.length)
   *   squares.close()
   *   if (lengths.length === 2) break
   *   await MmapArray.replace('squares.d', 'd', (next) => next.extend([0, 1, 4]))
   * }
   * lengths // => [ 2, 3 ]
   */
  versions<const T extends TypeArgument>(
    path: FilePath,
    typecode: T,
    options?: VersionsOptions,
  ): AsyncIterableIterator<MmapArray<CodeOf<T>>>

  /**
   * Returns an iterator over the versions of a `.npy` file, with the element type in the header of each. In TypeScript
   * the arrays may then have any type. If you know it, pass it: the arrays have that type, and a file of another type
   * throws `ERR_TYPE_MISMATCH`.
   *
   * @param path a string, bytes or a `file:` URL
   * @param typecode omitted, or undefined
   * @param options see {@link VersionsOptions}; default `{ flags: 'r' }`
   * @throws {Error} from `next()`: as for a file of a given type
   * @throws {RangeError} ERR_OUT_OF_RANGE
   * @throws {TypeError} ERR_INVALID_ARG_TYPE
   * @example
   * await MmapArray.replace('prices.npy', 'f', (next) => next.extend([1.5, 2.5]))
   * for await (const prices of MmapArray.versions('prices.npy')) {
   *   prices.typecode // => 'f'
   *   prices.close()
   *   break
   * }
   */
  versions<C extends ElementType = Typecode>(
    path: FilePath,
    typecode?: undefined,
    options?: VersionsOptions,
  ): AsyncIterableIterator<MmapArray<C>>

  /**
   * Opens a file by a descriptor that this process inherited, received or opened. The array uses a duplicate, so close
   * your own descriptor yourself.
   *
   * @param fd a descriptor, as `fs.openSync` returns it
   * @param typecode a {@link Typecode}, a typed array's constructor, a record type or its fields, see
   * {@link TypeArgument}
   * @param options see {@link OpenOptions}; default `{ flags: 'r' }`; `'wx+'` is not allowed
   * @throws {Error} system errors: EBADF; EACCES if the descriptor does not allow what `flags` ask for; ENODEV for a
   * file that cannot be mapped
   * @throws {RangeError} ERR_OUT_OF_RANGE, as for `open`
   * @throws {TypeError} ERR_INVALID_TYPECODE, ERR_INVALID_RECORD_TYPE, ERR_INVALID_ARG_TYPE
   * @example
   * const scores = new MmapArray('i', [1, 2, 3])
   * MmapArray.fromFd(scores.fd, 'i').tolist() // => [ 1, 2, 3 ]
   */
  fromFd<const T extends TypeArgument, const S extends readonly number[] = readonly number[]>(
    fd: number,
    typecode: T,
    options?: OpenOptions<S>,
  ): Shaped<CodeOf<T>, S>

  /**
   * Returns the array that a handle identifies, in this thread, another thread or another process of this machine. It
   * shares the memory; nothing is copied. In the process that made the handle, it uses the same mapping. In another
   * process it opens the file by its path, or through the owner's descriptor, and checks that it is the very same file.
   * The owner must still have the array open, unless the array is a file that is still at its path.
   *
   * @param handle the result of {@link MmapArray.handle}, also after `JSON.stringify` and `JSON.parse`
   * @param options `flags`: `'r'` for less access than the handle has, or `'c'` for a private mapping; default: those
   * of the handle
   * @throws {Error} ERR_STALE_HANDLE if the array is gone or another one is in its place; ERR_UNREACHABLE_HANDLE if the
   * owner is in another container or belongs to another user, and the file has no path here; ERR_HANDLE_VERSION if
   * another version of this package made the handle and this one cannot read it; ERR_READ_ONLY if `flags` ask for more
   * access than the handle has; a system error if the file may not be opened
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a value that is not a handle
   * @throws {RangeError} ERR_OUT_OF_RANGE for other flags than `'r'`, `'r+'`, `'c'`
   * @example
   * const scores = new MmapArray('i', [1, 2, 3])
   * const same = MmapArray.attach(scores.handle())
   * same.set(0, 100)
   * scores.get(0) // => 100
   */
  attach<C extends ElementType = Typecode>(
    handle: Handle<C> & { readonly itemsize?: undefined },
    options?: { flags?: 'r' | 'r+' | 'c' | undefined },
  ): MmapArray<C>

  /**
   * Returns a record type: named fields, like a struct in C or a structured dtype in NumPy. By default the fields
   * follow each other without padding, as in NumPy. Padding is written as zero and never compared.
   *
   * @param fields an object of names and types, or a list of `[name, type]`; see {@link RecordFields}
   * @param options see {@link RecordOptions}
   * @throws {TypeError} ERR_INVALID_RECORD_TYPE, which names the field: for an unknown type; a count that is not an
   * integer of at least 1; a name that is empty or appears twice; offsets that overlap; an `itemsize` that is too
   * small; more than 1024 fields or 2^20 bytes. If `fields` is an object, also for a name that is an integer, a getter,
   * a symbol, and a prototype other than that of plain objects. ERR_INVALID_ARG_TYPE
   * @example
   * const Trade = MmapArray.recordType({ time: 'q', price: 'd', flag: 'b' }, { align: true })
   * Trade // => RecordType(24) { time: 'q', price: 'd', flag: 'b' }
   * new MmapArray(Trade, [{ time: 1, price: 9.5, flag: 0 }]).get(0) // => { time: 1n, price: 9.5, flag: 0 }
   * MmapArray.recordType({ 0: 'q' }) // throws TypeError ERR_INVALID_RECORD_TYPE
   */
  recordType<const F extends RecordFields>(fields: F, options?: RecordOptions): RecordType<FieldsOf<F>>

  /**
   * All typecodes, in a frozen list. In version 0.1 it was a string, as in Python up to 3.14.
   *
   * @example
   * MmapArray.typecodes.slice(-3) // => [ 'w', 'Zf', 'Zd' ]
   */
  readonly typecodes: readonly Typecode[]
}

/**
 * A typed array in mapped memory. Every thread and process that opens it shares the elements, and it can grow. It has
 * the methods of Python's `array.array`.
 *
 * After `close()`, every method throws `ERR_CLOSED`, except `at`, `close` and `[Symbol.dispose]`. So do `view`,
 * `buffer` and a write to `array[i]`.
 *
 * Many members throw these errors, even if their own description does not list them:
 *
 * - `ERR_MEMORY_FAULT` if another process has truncated the file of the array, or the disk could not deliver a page.
 *   Every member that reads or writes elements, makes views of them or changes the length throws it, until
 *   {@link MmapArray.refresh}. Single elements before the new end can still be read and written.
 * - `ERR_BUSY` from members that change the length, while an asynchronous call works on the elements. Await its promise
 *   first.
 * - `ERR_LOCKED` from members that change the length of an exact array of rows, or of records whose size does not
 *   divide 4096, if another open file holds the append lock for two seconds.
 * - `ERR_OTHER_WRITER` from members that need more room or end the reservation, such as `trim`, `flush` and `handle`, if
 *   another array has appended to the raw file that this one has reserved.
 * - System errors, with `code`, `errno`, `syscall` and, if the array has one, `path`. Members that open, lock, flush,
 *   or change the length or the capacity throw them, such as `ENOSPC`, `EFBIG` or `EPERM`. Members that copy elements
 *   or map memory throw `ENOMEM`.
 *
 * @example
 * const scores = new MmapArray('i', [3, 1, 2])
 * scores.append(4)
 * scores[-1] // => 4
 */
export interface MmapArray<C extends ElementType = Typecode> extends Iterable<Element<C>> {
  /**
   * The typecode of the elements, or their record type.
   *
   * @example
   * new MmapArray(Uint16Array).typecode // => 'H'
   * new MmapArray({ x: 'd', y: 'd' }).typecode // => RecordType(16) { x: 'd', y: 'd' }
   */
  readonly typecode: C extends FieldMap ? RecordType<C> : C

  /**
   * Returns whether the elements have the type that you pass, in any form that the constructor accepts. TypeScript then
   * knows the type of the array, for instance of a `.npy` file. Record types are the same if they have the same size
   * and their fields have the same names, types and offsets. `l` and `q` are different types, and so are `u` and `w`,
   * although they mean the same. You can also call this on a closed array.
   *
   * @param typecode a {@link Typecode}, a typed array's constructor, a record type or its fields, see
   * {@link TypeArgument}
   * @throws {TypeError} ERR_INVALID_TYPECODE, ERR_INVALID_RECORD_TYPE
   * @example
   * MmapArray.open('readings.npy', 'f', { flags: 'w+' }).append(1.5)
   * const readings = MmapArray.open('readings.npy')
   * if (readings.is('f')) {
   *   readings.view // => Float32Array(1) [ 1.5 ]
   * }
   * readings.is(Float64Array) // => false
   * new MmapArray({ x: 'd' }).is({ x: 'float64' }) // => true
   * readings.is('no such type') // throws TypeError ERR_INVALID_TYPECODE
   */
  is<const T extends TypeArgument>(typecode: T, ...isKnown: Known<T>): this is MmapArray<CodeOf<T>>

  /**
   * Returns whether the elements have a type that is known only at run time. TypeScript learns nothing from it.
   *
   * @param typecode as for the other form
   * @throws {TypeError} ERR_INVALID_TYPECODE, ERR_INVALID_RECORD_TYPE
   * @example
   * const [one, other] = [new MmapArray('f'), new MmapArray('d')]
   * one.is(other.typecode) // => false
   */
  is(typecode: TypeArgument): boolean

  /**
   * The size of an element in bytes.
   *
   * @example
   * new MmapArray('d').itemsize // => 8
   */
  readonly itemsize: number

  /**
   * The number of elements; 0 after `close()`. Elements that others append to the file are counted after
   * {@link MmapArray.refresh}, and after a call on this array that changes the length.
   *
   * @example
   * new MmapArray('i', [1, 2, 3]).length // => 3
   */
  readonly length: number

  /**
   * The size of all elements in bytes: `length * itemsize`; 0 after `close()`.
   *
   * @example
   * new MmapArray('i', [1, 2, 3]).byteLength // => 12
   */
  readonly byteLength: number

  /**
   * The number of elements that fit in the array without a system call; 0 after `close()`. In an exact array it equals
   * `length`, and each `append` is one write to the file. In a reserved array it may be greater, and `append` is a
   * plain store into memory. An anonymous array is reserved until you take its `handle()` or `fd`; a file is reserved
   * after {@link MmapArray.reserve}.
   *
   * @example
   * const log = MmapArray.open('log.i32', 'i', { flags: 'w+' })
   * log.capacity // => 0
   * log.reserve(100)
   * log.capacity // => 100
   */
  readonly capacity: number

  /**
   * The flags that the array was opened with. `'r+'` for an anonymous array, and for an attached array with all the
   * access of its handle.
   *
   * @example
   * new MmapArray('i').flags // => 'r+'
   */
  readonly flags: string

  /**
   * The path that the array was opened by, exactly as you passed it. Null for an anonymous array.
   *
   * @example
   * MmapArray.open('log.i32', 'i', { flags: 'w+' }).path // => 'log.i32'
   * new MmapArray('i').path // => null
   */
  readonly path: string | null

  /**
   * Whether the path now leads to another file than the one of this array, or to no file. Each read asks the system.
   * Another name for the same file does not count as another file. False for anonymous memory and for an array that was
   * opened by a descriptor, because they have no path.
   *
   * @throws {Error} ERR_CLOSED; a system error such as EACCES if the system does not tell
   * @example
   * const squares = MmapArray.open('squares.d', 'd', { flags: 'w+' })
   * squares.isReplaced // => false
   * await MmapArray.replace('squares.d', 'd', (next) => next.extend([0, 1, 4]))
   * squares.isReplaced // => true
   * squares.reopen().isReplaced // => false
   */
  readonly isReplaced: boolean

  /**
   * The format of the file: `'raw'` for elements only, or `'npy'` for NumPy's format.
   *
   * The header of a `.npy` file counts the elements. That count is the length of the array, whatever the size of the
   * file. Each call that changes the length of an exact array rewrites the count in place, after it has written the new
   * elements. Removed elements stay in the file, hidden from NumPy, until `trim()` or `close()`. So `np.load` finds a
   * valid file at every moment; if it fails because it read the header during a change, load again. Only one process
   * may change the length of a `.npy` file at a time: if several append, use a lock.
   *
   * @example
   * new MmapArray('i').format // => 'raw'
   * const log = MmapArray.open('log.npy', 'd', { flags: 'w+' })
   * log.format // => 'npy'
   * log.append(1.5) // np.load('log.npy') gives array([1.5]) from now on
   */
  readonly format: 'raw' | 'npy'

  /**
   * The lengths of the axes, in elements. It is `[length]`, unless the option `shape` or a `.npy` file gives more axes.
   * Only `get`, `set`, `row`, `rows` and `ndarray` take coordinates or rows, and `append` and `extend` add rows. All
   * other members, such as `length`, `array[i]`, iteration and `slice`, are flat: they treat the elements as one list,
   * in the order in which they lie in memory.
   *
   * An array of several dimensions in C order grows and shrinks by whole rows. A call that would leave part of a row
   * throws a RangeError `ERR_PARTIAL_ROW` and changes nothing. So do `insert`, `pop` and `remove`, unless a row has
   * only one element. The length is fixed in Fortran order, if the shape is `[]`, and if rows have no elements.
   *
   * TypeScript knows the number of axes if the option `shape` was a list of known length.
   *
   * @example
   * const grid = MmapArray.open('grid.npy', 'd', { flags: 'w+', shape: [2, 3] }) // np.load gives an array of shape (2, 3)
   * grid.extend([[1, 2, 3], [4, 5, 6]])
   * grid.shape // => [ 4, 3 ]
   * grid.length // => 12
   * grid.deleteSlice(0, 6)
   * grid.shape // => [ 2, 3 ]
   * grid.pop() // throws RangeError ERR_PARTIAL_ROW
   * new MmapArray('i', [1, 2, 3]).shape // => [ 3 ]
   */
  readonly shape: number[]

  /**
   * The order in which the elements lie in memory: in `'C'` order the last coordinate varies fastest, in `'F'`
   * (Fortran) order the first. Only a `.npy` file that NumPy wrote in Fortran order has `'F'`; its length is fixed.
   *
   * @example
   * import fs from 'node:fs'
   * const header = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }"
   * fs.writeFileSync('fortran.npy', `\x93NUMPY\x01\0${String.fromCharCode(header.length)}\0${header}abcdef`, 'latin1')
   * const letters = MmapArray.open('fortran.npy', 'B')
   * letters.order // => 'F'
   * String.fromCharCode(letters.get(0, 1)) // => 'c'
   * new MmapArray('i').order // => 'C'
   */
  readonly order: 'C' | 'F'

  /**
   * The distance between two neighbours along each axis, in elements.
   *
   * @example
   * new MmapArray('d', 24, { shape: [2, 3, 4] }).strides // => [ 12, 4, 1 ]
   */
  readonly strides: number[]

  /**
   * The number of bytes in the file before element 0: the option `offset`, or the size of the header of a `.npy` file.
   * 0 for an array without a file.
   *
   * @example
   * MmapArray.open('offset.npy', 'd', { flags: 'w+' }).offset // => 128
   * MmapArray.open('offset.npy', 'B', { format: 'raw', offset: 10 }).offset // => 10
   */
  readonly offset: number

  /**
   * The file descriptor of the array; -1 after `close()`. You can pass it to Node's `fs` and to the `stdio` of a child
   * process. Do not close it: the array does. Reading this property makes the array exact, because you may pass the
   * descriptor on.
   *
   * @throws {Error} a system error if the file cannot be truncated to its length; ERR_BUSY while `fromfileAsync` works
   * on the array
   * @example
   * import fs from 'node:fs'
   * fs.fstatSync(new MmapArray('i', [1, 2, 3]).fd).size // => 12
   */
  readonly fd: number

  /**
   * Whether the file is reserved, by this array, another array or another process. The size of a reserved file is a
   * capacity and does not tell the number of elements: the `length` of any other array on the file also counts the
   * zeros at its end. Each read asks the system for a lock; see docs/following.md. Always false for `.npy` files, whose
   * header counts the elements; for memory that nobody else can see; and on systems without such locks.
   *
   * @throws {Error} ERR_CLOSED
   * @example
   * const log = MmapArray.open('log.d', 'd', { flags: 'w+' })
   * const reader = MmapArray.open('log.d', 'd')
   * log.reserve(100)
   * reader.isReserved // => true
   * log.trim()
   * reader.isReserved // => false
   */
  readonly isReserved: boolean

  /**
   * Whether `close()` was called.
   *
   * @example
   * const scores = new MmapArray('i')
   * scores.close()
   * scores.closed // => true
   */
  readonly closed: boolean

  /**
   * The element at an index. A negative index counts from the end. Outside the array a read gives undefined, as for
   * every JavaScript array, and a write throws. `i in array` and `Object.keys` do not see elements. For 8-byte integers
   * TypeScript requires a bigint here; {@link MmapArray.set} takes either.
   *
   * Each access goes through a Proxy. For speed-critical loops, use {@link MmapArray.get} or {@link MmapArray.view}.
   *
   * @throws {RangeError} ERR_INDEX_OUT_OF_RANGE for a write outside the array; ERR_VALUE_OUT_OF_RANGE
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a value of the wrong type
   * @throws {Error} ERR_READ_ONLY and ERR_CLOSED for a write
   * @example
   * const scores = new MmapArray('i', [3, 1, 2])
   * scores[0] = 30
   * scores[0] // => 30
   * scores[-1] // => 2
   * scores[9] // => undefined
   * scores[9] = 1 // throws RangeError ERR_INDEX_OUT_OF_RANGE
   */
  [index: number]: Element<C>

  /**
   * Returns the element at an index. A negative index counts from the end.
   *
   * @throws {RangeError} ERR_INDEX_OUT_OF_RANGE; ERR_VALUE_OUT_OF_RANGE if an element of type `u` or `w` is not a code
   * point
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for an index that is not an integer
   * @throws {Error} ERR_CLOSED; ERR_MEMORY_FAULT if another process has truncated the file before this element
   * @example
   * const scores = new MmapArray('i', [3, 1, 2])
   * scores.get(0) // => 3
   * scores.get(3) // throws RangeError ERR_INDEX_OUT_OF_RANGE
   */
  get(index: number): Element<C>

  /**
   * Returns the element at some coordinates, one for each axis. A negative coordinate counts from the end of its axis.
   *
   * @throws {RangeError} ERR_INDEX_OUT_OF_RANGE, which names the coordinate; ERR_VALUE_OUT_OF_RANGE
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a coordinate that is not an integer, and if the array has another
   * number of axes
   * @throws {Error} ERR_CLOSED, ERR_MEMORY_FAULT
   * @example
   * const grid = new MmapArray('i', [[1, 2, 3], [4, 5, 6]], { shape: [2, 3] })
   * grid.get(1, 0) // => 4
   * grid.get(-1, -1) // => 6
   * grid.get(1) // => 2
   * grid.get(0, 3) // throws RangeError ERR_INDEX_OUT_OF_RANGE
   * grid.get(0, 0, 0) // throws TypeError ERR_INVALID_ARG_TYPE
   */
  get(...coordinates: [i: number, j: number, ...others: number[]]): Element<C>

  /**
   * Replaces the element at an index. A negative index counts from the end. Writing a record is not atomic: another
   * thread or process may read a record of which only a part is new, unless both hold the {@link MmapArray.lock}.
   *
   * @throws {RangeError} ERR_INDEX_OUT_OF_RANGE; ERR_VALUE_OUT_OF_RANGE for a value that does not fit the type
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a value of the wrong type
   * @throws {Error} ERR_READ_ONLY, ERR_CLOSED; ERR_MEMORY_FAULT if another process has truncated the file before this
   * element: the value is then lost
   * @example
   * const scores = new MmapArray('B', [3, 1, 2])
   * scores.set(-1, 255)
   * scores.set(-1, 256) // throws RangeError ERR_VALUE_OUT_OF_RANGE
   * scores.tolist() // => [ 3, 1, 255 ]
   */
  set(index: number, value: Input<C>): void

  /**
   * Adds to an element atomically, and returns its previous value. Changes that other threads, processes and programs
   * make at the same time are not lost. Works for integers and real numbers. The value is checked as by `set`; only the
   * sum wraps around, as with `Atomics.add`. A sum of floats is rounded to the type, and becomes an infinity beyond its
   * range. See [Counters](docs/counters.md).
   *
   * @param index a negative index counts from the end
   * @param value the number to add. To subtract `n` from an unsigned integer, add its complement: `2 ** 32 - n` for `I`
   * @returns the previous value
   * @throws {RangeError} ERR_INDEX_OUT_OF_RANGE; ERR_VALUE_OUT_OF_RANGE for a value that does not fit the type
   * @throws {TypeError} ERR_TYPE_MISMATCH for characters, complex numbers and records; ERR_INVALID_ARG_TYPE for a value
   * of the wrong type, and for coordinates
   * @throws {Error} ERR_READ_ONLY, ERR_CLOSED; ERR_MEMORY_FAULT if another process has truncated the file before this
   * element: the sum is then lost
   * @example
   * const counters = new MmapArray('B', [0, 255])
   * counters.add(0, 5) // => 0
   * counters.add(-1, 2) // => 255
   * counters.tolist() // => [ 5, 1 ]
   * counters.add(0, -1) // throws RangeError ERR_VALUE_OUT_OF_RANGE
   * new MmapArray('w', ['a']).add(0, 'b') // throws TypeError ERR_TYPE_MISMATCH
   */
  add(index: number, value: Input<C>): Element<C>

  /**
   * Replaces an element atomically, and returns its previous value. If several calls replace it at the same time, each
   * returns the value that the call before it wrote. Works for integers and real numbers.
   *
   * @param index a negative index counts from the end
   * @returns the previous value
   * @throws {RangeError} as `add`
   * @throws {TypeError} as `add`
   * @throws {Error} as `add`
   * @example
   * const total = new MmapArray('d', [12.5])
   * total.exchange(0, 0) // => 12.5
   * total.get(0) // => 0
   */
  exchange(index: number, value: Input<C>): Element<C>

  /**
   * Replaces an element atomically, but only if it equals `expected`. Returns its previous value. Works for integers
   * and real numbers.
   *
   * Floats are compared by their bits, so 0 and -0 differ. `expected` is first rounded to the type, as by `set`. If
   * `expected` is NaN, it matches any NaN, because JavaScript cannot tell one from another. If you got `expected` from
   * `get`, then `Object.is(previous, expected)` tells whether the element was replaced. `===` does not, because it
   * treats 0 and -0 as equal, and NaN as different from itself.
   *
   * @param index a negative index counts from the end
   * @returns the previous value
   * @throws {RangeError} as `add`
   * @throws {TypeError} as `add`
   * @throws {Error} as `add`
   * @example
   * const highest = new MmapArray('d', [3])
   * highest.compareExchange(0, 3, 8) // => 3
   * highest.compareExchange(0, 3, 9) // => 8
   * highest.get(0) // => 8
   */
  compareExchange(index: number, expected: Input<C>, replacement: Input<C>): Element<C>

  /**
   * Replaces the element at some coordinates, one for each axis. The value is the last argument.
   *
   * @throws {RangeError} ERR_INDEX_OUT_OF_RANGE, which names the coordinate; ERR_VALUE_OUT_OF_RANGE
   * @throws {TypeError} ERR_INVALID_ARG_TYPE, also if the array has another number of axes
   * @throws {Error} ERR_READ_ONLY, ERR_CLOSED, ERR_MEMORY_FAULT
   * @example
   * const grid = new MmapArray('i', 6, { shape: [2, 3] })
   * grid.set(1, -1, 7)
   * grid.tolist() // => [ 0, 0, 0, 0, 0, 7 ]
   */
  set(...coordinatesAndValue: [i: number, j: number, ...others: number[], value: Input<C>]): void

  /**
   * Returns the value of one field of the record at an index. A negative index counts from the end.
   *
   * @param field the name of the field
   * @throws {RangeError} ERR_INDEX_OUT_OF_RANGE; ERR_VALUE_OUT_OF_RANGE if a value of type `u` or `w` is not a code
   * point
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for an unknown field; ERR_TYPE_MISMATCH if the elements are not records
   * @throws {Error} ERR_CLOSED, ERR_MEMORY_FAULT
   * @example
   * const points = new MmapArray({ x: 'd', y: 'd' }, [{ x: 1, y: 2 }])
   * points.getField(0, 'y') // => 2
   */
  getField<F extends FieldMap, K extends keyof F & string>(
    this: MmapArray<F>,
    index: number,
    field: K,
  ): FieldValue<F[K]>

  /**
   * Replaces the value of one field of the record at an index, and leaves the other fields alone. A negative index
   * counts from the end.
   *
   * @param field the name of the field
   * @throws {RangeError} ERR_INDEX_OUT_OF_RANGE; ERR_VALUE_OUT_OF_RANGE for a value that does not fit the type
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for an unknown field and for a value of the wrong type; ERR_TYPE_MISMATCH
   * if the elements are not records
   * @throws {Error} ERR_READ_ONLY, ERR_CLOSED, ERR_MEMORY_FAULT
   * @example
   * const points = new MmapArray({ x: 'd', y: 'd' }, [{ x: 1, y: 2 }])
   * points.setField(0, 'y', 7)
   * points.get(0) // => { x: 1, y: 7 }
   */
  setField<F extends FieldMap, K extends keyof F & string>(
    this: MmapArray<F>,
    index: number,
    field: K,
    value: FieldInput<F[K]>,
  ): void

  /**
   * Returns one field of all records, or of a range of them, as a copy in a typed array. It runs at the speed of
   * memory. A field with a count gives that many values for each record, a complex field gives pairs, and characters
   * become code points.
   *
   * @param field the name of the field
   * @param start the first record; default 0. A negative bound counts from the end, and a bound beyond the array is
   * moved to its start or end
   * @param stop the end of the range, not included; default the length
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for an unknown field and for a bound that is not an integer;
   * ERR_TYPE_MISMATCH if the elements are not records
   * @throws {Error} ERR_CLOSED, ERR_MEMORY_FAULT, ENOMEM
   * @example
   * const points = new MmapArray({ x: 'd', id: 'q' }, [{ x: 1, id: 7 }, { x: 2, id: 8 }, { x: 3, id: 9 }])
   * points.column('x') // => Float64Array(3) [ 1, 2, 3 ]
   * points.column('id', -2) // => BigInt64Array(2) [ 8n, 9n ]
   */
  column<F extends FieldMap, K extends keyof F & string>(
    this: MmapArray<F>,
    field: K,
    start?: Bound,
    stop?: Bound,
  ): View<FieldTypecode<F[K]>, ArrayBuffer>

  /**
   * Writes values to one field of consecutive records, and leaves the other fields alone. It writes all values or none:
   * if there are more values than records, or a value does not fit, the call throws and changes nothing.
   *
   * @param field the name of the field
   * @param values a typed array as `column` returns it, an MmapArray of the field's typecode, or any iterable of values
   * of the field
   * @param start the first record; default 0. A negative index counts from the end
   * @throws {RangeError} ERR_OUT_OF_RANGE for values beyond the last record and for a `start` outside the array;
   * ERR_VALUE_OUT_OF_RANGE
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for an unknown field and for a value of the wrong type; ERR_TYPE_MISMATCH
   * for a typed array of another kind, and if the elements are not records
   * @throws {Error} ERR_RAGGED_LENGTH for a typed array that does not hold a whole number of values; ERR_READ_ONLY,
   * ERR_CLOSED, ERR_MEMORY_FAULT, ENOMEM
   * @example
   * const points = new MmapArray({ x: 'd', id: 'q' }, [{ x: 1, id: 7 }, { x: 2, id: 8 }])
   * points.setColumn('x', Float64Array.of(5, 6))
   * points.setColumn('id', [9], -1)
   * points.tolist() // => [ { x: 5, id: 7n }, { x: 6, id: 9n } ]
   * points.setColumn('x', [1, 2, 3]) // throws RangeError ERR_OUT_OF_RANGE
   */
  setColumn<F extends FieldMap, K extends keyof F & string>(
    this: MmapArray<F>,
    field: K,
    values: View<FieldTypecode<F[K]>> | MmapArray<FieldTypecode<F[K]>> | PlainIterable<FieldInput<F[K]>>,
    start?: number,
  ): void

  /**
   * Returns the element at an index, or undefined outside the array and after `close()`, as `Array.prototype.at` does.
   * A negative index counts from the end.
   *
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for an index that is not an integer, and for coordinates
   * @throws {Error} ERR_MEMORY_FAULT if another process has truncated the file before this element
   * @example
   * const scores = new MmapArray('i', [3, 1, 2])
   * scores.at(-1) // => 2
   * scores.at(3) // => undefined
   */
  at(index: number): Element<C> | undefined

  /**
   * Appends one element. An array of several dimensions takes exactly one row: a list as {@link Nested} describes, or
   * any other iterable of its elements.
   *
   * For an exact array, it is a single write at the end of the file. So several threads and processes can append to one
   * file, and no element is lost. If the disk is full, the call throws and leaves the array as it was. For rows, and
   * for records whose size does not divide 4096, every change of the length of an exact raw array, including this one,
   * holds a lock; see docs/durability.md.
   *
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a value of the wrong type, and for a row if the array has one
   * dimension; ERR_TYPE_MISMATCH for a row that is an MmapArray or typed array of another type
   * @throws {RangeError} ERR_VALUE_OUT_OF_RANGE for a value that does not fit the type; ERR_PARTIAL_ROW for a row of
   * another length
   * @throws {Error} ERR_READ_ONLY, ERR_FIXED_LENGTH, ERR_RAGGED_LENGTH, ERR_CLOSED; system errors such as ENOSPC;
   * ERR_LOCKED if another open file held the append lock for two seconds. Its `pid` names the process, if the system
   * tells
   * @example
   * const scores = new MmapArray('i', [3, 1])
   * scores.append(2)
   * scores.tolist() // => [ 3, 1, 2 ]
   * const vectors = MmapArray.open('rows.npy', 'f', { flags: 'w+', shape: [-1, 2] })
   * vectors.append([1, 2])
   * vectors.append(Float32Array.of(3, 4))
   * vectors.append([5]) // throws RangeError ERR_PARTIAL_ROW
   * vectors.shape // => [ 2, 2 ]
   */
  append(value: Input<C> | Nested<C> | PlainIterable<Input<C>>): void

  /**
   * Appends elements. It takes all items of an iterable before it appends the first. If an item is bad, or the iterable
   * throws, the items before are kept, as in Python. An array of several dimensions accepts elements or rows, and
   * appends all or none.
   *
   * @throws {TypeError} ERR_TYPE_MISMATCH for an MmapArray or typed array of another type; ERR_INVALID_ARG_TYPE for an
   * item of the wrong type and for a value that is not iterable
   * @throws {RangeError} ERR_VALUE_OUT_OF_RANGE for an item that does not fit the type; ERR_PARTIAL_ROW for a row of
   * another length, and for elements that are not whole rows
   * @throws {Error} ERR_READ_ONLY, ERR_FIXED_LENGTH, ERR_RAGGED_LENGTH, ERR_CLOSED; system errors such as ENOSPC
   * @example
   * const scores = new MmapArray('B', [1])
   * scores.extend([2, 3])
   * scores.extend([4, 999, 5]) // throws RangeError ERR_VALUE_OUT_OF_RANGE
   * scores.tolist() // => [ 1, 2, 3, 4 ]
   * const vectors = new MmapArray('f', undefined, { shape: [-1, 2] })
   * vectors.extend([[1, 2], [3, 4]])
   * vectors.extend([5, 6])
   * vectors.extend([[7, 8], [9]]) // throws RangeError ERR_PARTIAL_ROW
   * vectors.shape // => [ 3, 2 ]
   */
  extend(items: Source<C> | PlainIterable<Nested<C>>): void

  /**
   * Returns an appender, which collects elements in memory and appends them in batches. Use it for logs: see
   * {@link Appender} and docs/logging.md. An array may have several appenders; the elements of each keep their order.
   * `append` of the array itself does not wait for the pending elements of an appender. The methods of a subclass are
   * not called.
   *
   * @throws {Error} ERR_READ_ONLY, ERR_FIXED_LENGTH, ERR_CLOSED; system errors such as EMFILE and ENOMEM
   * @throws {TypeError} ERR_INVALID_ARG_TYPE
   * @throws {RangeError} ERR_OUT_OF_RANGE
   * @example
   * const log = MmapArray.open('log.d', 'd', { flags: 'a+' })
   * const appender = log.appender({ interval: 50 })
   * for (let n = 0; n < 10; n++) appender.append(Math.sqrt(n))
   * appender.close() // or the end of the process
   * log.length // => 10
   */
  appender(options?: AppenderOptions): Appender<C>

  /**
   * Inserts an element before the one at an index, and moves the rest up. A negative index counts from the end. An
   * index beyond the array is moved to its start or end.
   *
   * @throws {TypeError} ERR_INVALID_ARG_TYPE
   * @throws {RangeError} ERR_VALUE_OUT_OF_RANGE
   * @throws {Error} ERR_READ_ONLY, ERR_FIXED_LENGTH, ERR_RAGGED_LENGTH, ERR_CLOSED; system errors
   * @example
   * const scores = new MmapArray('i', [1, 3])
   * scores.insert(1, 2)
   * scores.insert(99, 4)
   * scores.tolist() // => [ 1, 2, 3, 4 ]
   */
  insert(index: Bound, value: Input<C>): void

  /**
   * Removes an element, moves the rest down, and returns the removed element.
   *
   * @param index a negative index counts from the end; default -1, the last element
   * @throws {Error} ERR_EMPTY for an empty array; ERR_READ_ONLY, ERR_FIXED_LENGTH, ERR_RAGGED_LENGTH, ERR_BUSY,
   * ERR_LOCKED, ERR_MEMORY_FAULT, ERR_CLOSED; system errors
   * @throws {RangeError} ERR_INDEX_OUT_OF_RANGE; ERR_VALUE_OUT_OF_RANGE if an element of type `u` or `w` is not a code
   * point: it is then not removed
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for an index that is not an integer
   * @example
   * const scores = new MmapArray('i', [3, 1, 2])
   * scores.pop() // => 2
   * scores.pop(0) // => 3
   * scores.tolist() // => [ 1 ]
   */
  pop(index?: number): Element<C>

  /**
   * Removes the first element that equals a value, and moves the rest down.
   *
   * @throws {Error} ERR_VALUE_NOT_FOUND if no element equals the value; ERR_READ_ONLY, ERR_FIXED_LENGTH,
   * ERR_RAGGED_LENGTH, ERR_BUSY, ERR_LOCKED, ERR_MEMORY_FAULT, ERR_CLOSED; system errors
   * @example
   * const scores = new MmapArray('i', [3, 1, 3])
   * scores.remove(3)
   * scores.tolist() // => [ 1, 3 ]
   * scores.remove(9) // throws Error ERR_VALUE_NOT_FOUND
   */
  remove(value: Input<C>): void

  /**
   * Removes all elements. It truncates the file of an exact array, except a `.npy` file; see {@link MmapArray.format}.
   *
   * @throws {Error} ERR_READ_ONLY, ERR_FIXED_LENGTH, ERR_RAGGED_LENGTH, ERR_BUSY, ERR_LOCKED, ERR_MEMORY_FAULT,
   * ERR_CLOSED; system errors
   * @example
   * const scores = new MmapArray('i', [3, 1, 2])
   * scores.clear()
   * scores.length // => 0
   */
  clear(): void

  /**
   * Returns the number of elements that equal a value. Values are compared exactly, whether they are numbers or
   * bigints. So NaN equals no element, and neither does a value that the type cannot hold.
   *
   * @param start where to begin; a negative bound counts from the end; default 0
   * @param stop where to end, not included; default the length. A bound beyond the array is moved to its start or end
   * @param options `field`: compares one field of the records, see {@link FieldOptions}. You may pass it in place of a
   * bound
   * @throws {Error} ERR_CLOSED
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a bound that is not an integer and for other options;
   * ERR_TYPE_MISMATCH for a field that is not a single number or character
   * @example
   * new MmapArray('q', [5, 7, 5]).count(5) // => 2
   * new MmapArray('q', [5, 7, 5]).count(5, 1) // => 1
   * new MmapArray('f', [0.1]).count(0.1) // => 0
   * new MmapArray('d', [NaN]).count(NaN) // => 0
   * new MmapArray({ x: 'i', y: 'i' }, [{ x: 5, y: 1 }, { x: 5, y: 2 }]).count(5, { field: 'x' }) // => 2
   */
  count(
    value: unknown,
    start?: Bound | FieldOptions<SingleField<C>>,
    stop?: Bound | FieldOptions<SingleField<C>>,
    options?: FieldOptions<SingleField<C>>,
  ): number

  /**
   * Returns the index of the first element that equals a value. It compares as {@link MmapArray.count} does, and throws
   * if no element is equal; use `includes` to ask without an error.
   *
   * @param start where to begin; default 0
   * @param stop where to end, not included; default the length
   * @param options `field`: compares one field of the records, see {@link FieldOptions}. You may pass it in place of a
   * bound
   * @throws {Error} ERR_VALUE_NOT_FOUND, ERR_CLOSED
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a bound that is not an integer and for other options;
   * ERR_TYPE_MISMATCH for a field that is not a single number or character
   * @example
   * const scores = new MmapArray('i', [3, 1, 3])
   * scores.index(3) // => 0
   * scores.index(3, 1) // => 2
   * scores.index(9) // throws Error ERR_VALUE_NOT_FOUND
   * new MmapArray({ x: 'i', tag: 'c' }, [{ x: 5, tag: 'a' }, { x: 6, tag: 'b' }]).index('b', { field: 'tag' }) // => 1
   */
  index(
    value: unknown,
    start?: Bound | FieldOptions<SingleField<C>>,
    stop?: Bound | FieldOptions<SingleField<C>>,
    options?: FieldOptions<SingleField<C>>,
  ): number

  /**
   * Returns whether an element equals a value. It compares as {@link MmapArray.count} does: unlike
   * `Array.prototype.includes`, it never finds NaN.
   *
   * @param start where to begin; a negative bound counts from the end; default 0
   * @param stop where to end, not included; default the length. A bound beyond the array is moved to its start or end
   * @param options `field`: compares one field of the records, see {@link FieldOptions}. You may pass it in place of a
   * bound
   * @throws {Error} ERR_CLOSED
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a bound that is not an integer and for other options;
   * ERR_TYPE_MISMATCH for a field that is not a single number or character
   * @example
   * new MmapArray('i', [3, 1, 2]).includes(1) // => true
   * new MmapArray('i', [3, 1, 2]).includes(3, 1) // => false
   */
  includes(
    value: unknown,
    start?: Bound | FieldOptions<SingleField<C>>,
    stop?: Bound | FieldOptions<SingleField<C>>,
    options?: FieldOptions<SingleField<C>>,
  ): boolean

  /**
   * Reverses the order of the elements in place, and returns the array.
   *
   * @throws {Error} ERR_READ_ONLY, ERR_CLOSED
   * @example
   * new MmapArray('i', [3, 1, 2]).reverse().tolist() // => [ 2, 1, 3 ]
   */
  reverse(): this

  /**
   * Reverses the bytes of each element in place, and returns the array. Use it for data of the other byte order. In
   * complex numbers and records it reverses the bytes of each number.
   *
   * @throws {Error} ERR_READ_ONLY, ERR_CLOSED
   * @example
   * new MmapArray('H', [1, 256]).byteswap().tolist() // => [ 256, 1 ]
   */
  byteswap(): this

  /**
   * Returns the address of element 0 in this process, and the length in elements, for native code. The address is not
   * valid in another process, nor after `close()`.
   *
   * @throws {Error} ERR_CLOSED
   * @example
   * const [address, length] = new MmapArray('i', [3, 1, 2]).bufferInfo()
   * typeof address // => 'bigint'
   * length // => 3
   */
  bufferInfo(): [address: bigint, length: number]

  /**
   * Appends the elements that are stored in some bytes, in the byte order of the machine.
   *
   * @param bytes an ArrayBuffer, a SharedArrayBuffer, or any typed array, Buffer or DataView
   * @throws {Error} ERR_RAGGED_LENGTH for bytes that are not a whole number of elements, and if the file ends inside an
   * element; ERR_READ_ONLY, ERR_FIXED_LENGTH, ERR_CLOSED; system errors
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for any other argument
   * @example
   * const scores = new MmapArray('H')
   * scores.frombytes(Buffer.from([1, 0, 2, 0]))
   * scores.tolist() // => [ 1, 2 ]
   * scores.frombytes(Buffer.from([1])) // throws Error ERR_RAGGED_LENGTH
   */
  frombytes(bytes: ArrayBuffer | SharedArrayBuffer | ArrayBufferView): void

  /**
   * Returns a copy of all bytes, in the byte order of the machine.
   *
   * @throws {Error} ERR_CLOSED
   * @throws {RangeError} ENOMEM if there is not enough memory for the copy
   * @example
   * new MmapArray('H', [1, 2]).tobytes() // => <Buffer 01 00 02 00>
   */
  tobytes(): OwnBuffer

  /**
   * Appends the elements of an Array, either all or none.
   *
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for an argument that is not an Array, and for an item of the wrong type
   * @throws {RangeError} ERR_VALUE_OUT_OF_RANGE for an item that does not fit the type
   * @throws {Error} ERR_READ_ONLY, ERR_FIXED_LENGTH, ERR_RAGGED_LENGTH, ERR_CLOSED; system errors
   * @example
   * const scores = new MmapArray('B', [1])
   * scores.fromlist([2, 3])
   * scores.fromlist([4, 999]) // throws RangeError ERR_VALUE_OUT_OF_RANGE
   * scores.tolist() // => [ 1, 2, 3 ]
   */
  fromlist(list: readonly Input<C>[]): void

  /**
   * Returns all elements in an Array.
   *
   * @throws {Error} ERR_CLOSED
   * @throws {RangeError} ERR_OUT_OF_RANGE for more elements than an Array can have, 2^32 - 1
   * @example
   * new MmapArray('q', [1, 2]).tolist() // => [ 1n, 2n ]
   */
  tolist(): Element<C>[]

  /**
   * Reads elements from a file and appends them. A path is read from the start of the file, a descriptor from its
   * current position. If the file has too few elements, the call keeps those that it read, and throws.
   *
   * @param source a path, a descriptor, or an object with an `fd`, such as a FileHandle of `fs/promises`
   * @param n the number of elements to read, 0 or more
   * @throws {Error} ERR_UNEXPECTED_EOF for a file that is too short; ERR_READ_ONLY, ERR_FIXED_LENGTH,
   * ERR_RAGGED_LENGTH, ERR_CLOSED; system errors
   * @throws {RangeError} ERR_OUT_OF_RANGE for a negative `n`
   * @throws {TypeError} ERR_INVALID_ARG_TYPE
   * @example
   * import fs from 'node:fs'
   * fs.writeFileSync('raw', Int32Array.of(1, 2, 3))
   * const scores = new MmapArray('i')
   * scores.fromfile('raw', 2)
   * scores.tolist() // => [ 1, 2 ]
   * scores.fromfile('raw', 4) // throws Error ERR_UNEXPECTED_EOF
   * scores.length // => 5
   */
  fromfile(source: FilePath | number | { readonly fd: number }, n: number): void

  /**
   * Reads elements as `fromfile` does, but on another thread. When the promise is settled, the array has the elements;
   * after an abort or an error it keeps those that were read before. Until then every other call that changes the
   * length throws `ERR_BUSY`.
   *
   * The file is opened before the call returns. A named pipe that no process has open for writing then counts as ended.
   * If you abort a read from a pipe in the middle of an element, the next reader does not get its bytes. If you do not
   * await calls on one pipe or descriptor, each may get a part of the data, as with `fs.read`.
   *
   * `process.exit()` cancels the call, if the thread that calls it has loaded this package. `worker.terminate()` waits
   * for the pipe, as with `fs.read`. The file of the array then has the elements that were read so far; a reserved
   * array keeps only those that it had before.
   *
   * @param source a path, a descriptor, or an object with an `fd`, such as a FileHandle of `fs/promises`
   * @param n the number of elements to read, 0 or more
   * @throws {Error} as a rejection: ERR_UNEXPECTED_EOF, ERR_READ_ONLY, ERR_FIXED_LENGTH, ERR_RAGGED_LENGTH; ERR_BUSY
   * while another asynchronous call works on the array; ERR_CLOSED, also if you close the array before the call has
   * ended; the reason of the signal; system errors
   * @throws {RangeError} as a rejection: ERR_OUT_OF_RANGE for a negative `n`
   * @throws {TypeError} as a rejection: ERR_INVALID_ARG_TYPE
   * @example
   * import fs from 'node:fs'
   * fs.writeFileSync('raw', Int32Array.of(1, 2, 3))
   * const scores = new MmapArray('i')
   * await scores.fromfileAsync('raw', 3)
   * scores.tolist() // => [ 1, 2, 3 ]
   */
  fromfileAsync(source: FilePath | number | { readonly fd: number }, n: number, options?: AsyncOptions): Promise<void>

  /**
   * Writes all elements to a file. A file at a path is created or emptied first. A descriptor is written to at its
   * current position.
   *
   * @param target a path, a descriptor, or an object with an `fd`, such as a FileHandle of `fs/promises`
   * @throws {Error} ERR_CLOSED; system errors such as EACCES and ENOSPC; EBUSY if the target is the array's own file:
   * by a path, if the file holds more than the elements of the array; by a descriptor, if the elements would be written
   * over a header or over other elements
   * @throws {TypeError} ERR_INVALID_ARG_TYPE
   * @example
   * import fs from 'node:fs'
   * new MmapArray('H', [1, 2]).tofile('raw')
   * fs.readFileSync('raw') // => <Buffer 01 00 02 00>
   */
  tofile(target: FilePath | number | { readonly fd: number }): void

  /**
   * Writes all elements as `tofile` does, but on another thread. Until the promise is settled, a call that changes the
   * length throws `ERR_BUSY`. The file may or may not have what you write to elements in the meantime. After an abort
   * it has a part of the elements, or its old contents.
   *
   * The file is opened, or created, before the call returns. A named pipe that no process reads is `ENXIO`. If you do
   * not await calls on one path or descriptor, the file may hold parts of each, as with `fs.writeFile`.
   * `process.exit()` cancels the call, as it cuts `fs.writeFile` short, if the thread that calls it has loaded this
   * package. `worker.terminate()` waits until the pipe has taken the elements or has no reader.
   *
   * @param target a path, a descriptor, or an object with an `fd`
   * @throws {Error} as a rejection: EBUSY as for `tofile`; ERR_BUSY while `sortAsync` or `fromfileAsync` works on the
   * array; ERR_CLOSED, also if you close the array before the call has ended; the reason of the signal; system errors
   * @throws {TypeError} as a rejection: ERR_INVALID_ARG_TYPE
   * @example
   * import fs from 'node:fs'
   * await new MmapArray('H', [1, 2]).tofileAsync('words')
   * fs.readFileSync('words') // => <Buffer 01 00 02 00>
   */
  tofileAsync(target: FilePath | number | { readonly fd: number }, options?: AsyncOptions): Promise<void>

  /**
   * Appends the characters of a string, one element for each code point: `'😀'` is one element. For `c`, `u` and `w`
   * only.
   *
   * @throws {TypeError} ERR_TYPE_MISMATCH if the elements are not characters; ERR_INVALID_ARG_TYPE for an argument that
   * is not a string
   * @throws {RangeError} ERR_VALUE_OUT_OF_RANGE for a character that does not fit `c`
   * @throws {Error} ERR_READ_ONLY, ERR_FIXED_LENGTH, ERR_RAGGED_LENGTH, ERR_CLOSED; system errors
   * @example
   * const text = new MmapArray('w', 'abc')
   * text.fromunicode('😀')
   * text.length // => 4
   */
  fromunicode(text: string): void

  /**
   * Returns all characters as a string. For `c`, `u` and `w` only.
   *
   * @throws {TypeError} ERR_TYPE_MISMATCH if the elements are not characters
   * @throws {RangeError} ERR_VALUE_OUT_OF_RANGE if an element is not a code point
   * @throws {Error} ERR_CLOSED
   * @example
   * new MmapArray('w', ['a', 'b']).tounicode() // => 'ab'
   */
  tounicode(): string

  /**
   * Returns a copy of a range in a new typed array, or in an Array for complex numbers and records. (`subarray` gives
   * the memory itself.) The rules are Python's: a negative bound counts from the end, and a bound beyond the array is
   * moved to its start or end.
   *
   * @param start default 0; with a negative `step`, the last element
   * @param stop not included; default the length; with a negative `step`, the start of the array, so that element 0 is
   * included
   * @param step default 1; a negative step goes backwards
   * @throws {RangeError} ERR_OUT_OF_RANGE for a step of 0; ENOMEM if there is not enough memory for the copy
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a bound that is not an integer
   * @throws {Error} ERR_CLOSED
   * @example
   * const scores = new MmapArray('i', [1, 2, 3, 4, 5])
   * scores.slice(1, -1) // => Int32Array(3) [ 2, 3, 4 ]
   * scores.slice(undefined, undefined, -2) // => Int32Array(3) [ 5, 3, 1 ]
   */
  slice(start?: Bound, stop?: Bound, step?: Bound): Slice<C>

  /**
   * Replaces a range of elements by values, like Python's `a[start:stop:step] = values`. It takes all values or none.
   * With a step of 1, there may be more or fewer values than elements in the range: the array grows or shrinks. With
   * another step, there must be as many values as elements, or none at all, which deletes the range.
   *
   * @param start default 0
   * @param stop not included; default the length
   * @param step default 1
   * @throws {RangeError} ERR_OUT_OF_RANGE for a step of 0, and for a number of values that does not match the range;
   * ERR_VALUE_OUT_OF_RANGE
   * @throws {TypeError} ERR_TYPE_MISMATCH for an MmapArray or typed array of another type; ERR_INVALID_ARG_TYPE
   * @throws {Error} ERR_READ_ONLY, ERR_CLOSED; ERR_FIXED_LENGTH and ERR_RAGGED_LENGTH if the length would change;
   * system errors
   * @example
   * const scores = new MmapArray('i', [1, 2, 3, 4])
   * scores.setSlice([20, 21, 22], 1, 2)
   * scores.tolist() // => [ 1, 20, 21, 22, 3, 4 ]
   * scores.setSlice([0, 0, 0], 0, undefined, 2)
   * scores.tolist() // => [ 0, 20, 0, 22, 0, 4 ]
   */
  setSlice(values: Source<C>, start?: Bound, stop?: Bound, step?: Bound): void

  /**
   * Removes a range of elements, like Python's `del a[start:stop:step]`.
   *
   * @param start default 0
   * @param stop not included; default the length
   * @param step default 1
   * @throws {RangeError} ERR_OUT_OF_RANGE for a step of 0
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a bound that is not an integer
   * @throws {Error} ERR_READ_ONLY, ERR_FIXED_LENGTH, ERR_RAGGED_LENGTH, ERR_CLOSED
   * @example
   * const scores = new MmapArray('i', [1, 2, 3, 4])
   * scores.deleteSlice(0, 2)
   * scores.tolist() // => [ 3, 4 ]
   */
  deleteSlice(start?: Bound, stop?: Bound, step?: Bound): void

  /**
   * Returns a new anonymous array with the elements of this array followed by the others, like Python's `a + b`.
   *
   * @throws {TypeError} ERR_TYPE_MISMATCH for an MmapArray or typed array of another type; ERR_INVALID_ARG_TYPE
   * @throws {RangeError} ERR_VALUE_OUT_OF_RANGE
   * @throws {Error} ERR_CLOSED; system errors
   * @example
   * new MmapArray('i', [1, 2]).concat([3]).tolist() // => [ 1, 2, 3 ]
   */
  concat(other: Source<C>): MmapArray<C>

  /**
   * Returns a new anonymous array with the elements of this array repeated, like Python's `a * n`. A negative number
   * counts as 0.
   *
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a number that is not an integer
   * @throws {RangeError} ERR_OUT_OF_RANGE for more than 2^53 bytes
   * @throws {Error} ERR_CLOSED; system errors such as ENOMEM
   * @example
   * new MmapArray('i', [1, 2]).repeat(2).tolist() // => [ 1, 2, 1, 2 ]
   */
  repeat(times: number): MmapArray<C>

  /**
   * Repeats the elements in this array, like Python's `a *= n`. 0 or a negative number empties it.
   *
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a number that is not an integer
   * @throws {RangeError} ERR_OUT_OF_RANGE for more than 2^53 bytes
   * @throws {Error} ERR_READ_ONLY, ERR_FIXED_LENGTH, ERR_RAGGED_LENGTH, ERR_CLOSED; system errors such as ENOSPC
   * @example
   * const pattern = new MmapArray('i', [1, 2])
   * pattern.repeatInPlace(2)
   * pattern.tolist() // => [ 1, 2, 1, 2 ]
   */
  repeatInPlace(times: number): void

  /**
   * Returns a new anonymous array with the same elements and the same shape. The copy of an array in Fortran order has
   * one dimension.
   *
   * @throws {Error} ERR_CLOSED; system errors such as ENOMEM
   * @example
   * const original = new MmapArray('i', [1, 2])
   * const copy = original.copy()
   * copy.set(0, 9)
   * original.get(0) // => 1
   */
  copy(): MmapArray<C>

  /**
   * Returns whether another array has the same elements. Numbers are compared by exact value, whatever the types; NaN
   * equals nothing. Records are equal if they have the same fields with equal values; padding is not compared. False
   * for a value that is not an array.
   *
   * @throws {Error} ERR_CLOSED if either array is closed
   * @example
   * const scores = new MmapArray('i', [1, 2])
   * scores.equals(new MmapArray('d', [1, 2])) // => true
   * scores.equals([1n, 2n]) // => true
   * scores.equals([1]) // => false
   */
  equals(other: MmapArray | ArrayLike<unknown>): boolean

  /**
   * Compares two arrays in lexicographic order: returns -1 if this array comes first, 1 if the other one does, and 0 if
   * they are equal. The first pair of different elements decides; if there is none, the length does. Returns NaN if the
   * deciding pair contains NaN.
   *
   * @throws {TypeError} ERR_TYPE_MISMATCH for characters compared with numbers or with strings that are not one
   * character, unless one of the arrays is empty, and for complex numbers and records, which have no order;
   * ERR_INVALID_ARG_TYPE for a value that is not an array
   * @throws {Error} ERR_CLOSED if either array is closed
   * @example
   * new MmapArray('i', [1, 2]).compare([1, 3]) // => -1
   * new MmapArray('i', [1, 2]).compare([1]) // => 1
   */
  compare(other: MmapArray | ArrayLike<unknown>): number

  /**
   * Writes one value to every element, or to every element of a range, and returns the array.
   *
   * @param start default 0
   * @param end not included; default the length
   * @throws {TypeError} ERR_INVALID_ARG_TYPE
   * @throws {RangeError} ERR_VALUE_OUT_OF_RANGE
   * @throws {Error} ERR_READ_ONLY, ERR_CLOSED
   * @example
   * new MmapArray('i', [1, 2, 3]).fill(0, 1).tolist() // => [ 1, 0, 0 ]
   */
  fill(value: Input<C>, start?: Bound, end?: Bound): this

  /**
   * Returns the sum of all elements, or of a range. The sum of no elements is 0.
   *
   * Sums of integers are exact: a bigint for 8-byte integers, otherwise a number, which is rounded once if it is beyond
   * 2^53. Floats are added as doubles, by pairwise summation, in an order that is the same on every machine; the error
   * grows with the logarithm of the length. A NaN, or infinities of both signs, give NaN. For complex numbers, the two
   * parts are added separately. The sum of a range equals that of a copy of the range, to the bit, but copies nothing.
   *
   * @param start where to begin; a negative bound counts from the end; default 0
   * @param stop where to end, not included; default the length. A bound beyond the array is moved to its start or end
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a bound that is not an integer; ERR_TYPE_MISMATCH for characters, and
   * for records without a field
   * @throws {Error} ERR_CLOSED
   * @example
   * new MmapArray('B', [255, 255]).sum() // => 510
   * new MmapArray('i', [1, 2, 4, 8]).sum(1, -1) // => 6
   * new MmapArray('Q', [2n ** 64n - 1n, 1n]).sum() // => 18446744073709551616n
   * new MmapArray('Zd', [{ re: 1, im: 2 }, 3]).sum() // => { re: 4, im: 2 }
   * new MmapArray('w', 'ab').sum() // throws TypeError ERR_TYPE_MISMATCH
   */
  sum(start?: Bound, stop?: Bound): C extends Typecode ? Sum<C> : never

  /**
   * Returns the sum of one field of all records, or of a range. It equals the sum of an array of these values, to the
   * bit.
   *
   * @param range where to begin, where to end, and `{ field }`, see {@link FieldOptions}. Both bounds are optional
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a bound that is not an integer and for other options;
   * ERR_TYPE_MISMATCH for a field that is not a single number
   * @throws {Error} ERR_CLOSED
   * @example
   * const trades = new MmapArray({ time: 'q', price: 'd' }, [{ time: 1, price: 9.5 }, { time: 3, price: 9 }])
   * trades.sum({ field: 'price' }) // => 18.5
   * trades.sum({ field: 'time' }) // => 4n
   * trades.sum(1, { field: 'time' }) // => 3n
   */
  sum<F extends FieldMap, K extends NumberField<F> | FieldOf<F, 'Zf' | 'Zd'>>(
    this: MmapArray<F>,
    ...range: RangeOfField<K>
  ): Sum<FieldTypecode<F[K]>>

  /**
   * Returns the least element, or the least element of a range. If any of them is NaN, it returns NaN, as NumPy does.
   * Characters are ordered by their code points.
   *
   * @param start where to begin; a negative bound counts from the end; default 0
   * @param stop where to end, not included; default the length. A bound beyond the array is moved to its start or end
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a bound that is not an integer; ERR_TYPE_MISMATCH for complex numbers,
   * and for records without a field
   * @throws {Error} ERR_EMPTY for an empty array or range; ERR_CLOSED
   * @throws {RangeError} ERR_VALUE_OUT_OF_RANGE if the result is not a code point, for `u` and `w`
   * @example
   * new MmapArray('i', [3, -1, 2]).min() // => -1
   * new MmapArray('i', [3, -1, 2]).min(-1) // => 2
   * new MmapArray('d', [3, NaN]).min() // => NaN
   * new MmapArray('d').min() // throws Error ERR_EMPTY
   */
  min(start?: Bound, stop?: Bound): Ordered<C>

  /**
   * Returns the least value of one field of all records, or of a range.
   *
   * @param range where to begin, where to end, and `{ field }`, see {@link FieldOptions}. Both bounds are optional
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a bound that is not an integer and for other options;
   * ERR_TYPE_MISMATCH for a field that is not a single real number
   * @throws {Error} ERR_EMPTY for an empty array or range; ERR_CLOSED
   * @example
   * new MmapArray({ x: 'd', y: 'q' }, [{ x: 1, y: 5 }, { x: 2, y: 4 }]).min({ field: 'y' }) // => 4n
   */
  min<F extends FieldMap, K extends NumberField<F>>(
    this: MmapArray<F>,
    ...range: RangeOfField<K>
  ): Element<FieldTypecode<F[K]>>

  /**
   * Returns the greatest element, or the greatest element of a range. If any of them is NaN, it returns NaN, as NumPy
   * does. Characters are ordered by their code points.
   *
   * @param start where to begin; a negative bound counts from the end; default 0
   * @param stop where to end, not included; default the length. A bound beyond the array is moved to its start or end
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a bound that is not an integer; ERR_TYPE_MISMATCH for complex numbers,
   * and for records without a field
   * @throws {Error} ERR_EMPTY for an empty array or range; ERR_CLOSED
   * @throws {RangeError} ERR_VALUE_OUT_OF_RANGE if the result is not a code point, for `u` and `w`
   * @example
   * new MmapArray('i', [3, -1, 2]).max() // => 3
   * new MmapArray('i', [3, -1, 2]).max(1) // => 2
   * new MmapArray('w', 'hello').max() // => 'o'
   */
  max(start?: Bound, stop?: Bound): Ordered<C>

  /**
   * Returns the greatest value of one field of all records, or of a range.
   *
   * @param range where to begin, where to end, and `{ field }`, see {@link FieldOptions}. Both bounds are optional
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a bound that is not an integer and for other options;
   * ERR_TYPE_MISMATCH for a field that is not a single real number
   * @throws {Error} ERR_EMPTY for an empty array or range; ERR_CLOSED
   * @example
   * new MmapArray({ x: 'd', y: 'q' }, [{ x: 1, y: 5 }, { x: 2, y: 4 }]).max({ field: 'x' }) // => 2
   */
  max<F extends FieldMap, K extends NumberField<F>>(
    this: MmapArray<F>,
    ...range: RangeOfField<K>
  ): Element<FieldTypecode<F[K]>>

  /**
   * Sorts the elements in ascending order, in this array, and returns it. -0 comes before 0, and NaNs come last.
   * Characters are ordered by their code points.
   *
   * It moves the elements within their own memory if the array is anonymous, you have not taken its `handle()` or `fd`,
   * no asynchronous call reads it, and the processor has AVX2 or AVX-512. This takes no further memory. A thread that
   * uses the `sharedBuffer` during the sort sees other values, and zeros; if it writes, elements may be lost, changed
   * or out of order.
   *
   * Otherwise it sorts a copy, which takes as many bytes as the array. Other threads and processes then see either the
   * old or the new value of each element, and only what they write during the sort may be lost.
   *
   * Elements of 1 byte, and 65,536 or more elements of 2 bytes, are sorted by counting, which takes almost no memory;
   * fewer elements of 2 bytes take at most half a mebibyte. The time is proportional to n log n at worst. Elements that
   * are already in order are only read, and elements in descending order are reversed.
   *
   * Records are sorted by a field and moved as a whole. Records whose fields have the same bits keep their order. The
   * sort makes a copy, which takes as many bytes as the array, and 16 bytes more for each record.
   *
   * @param options `field`: the field to sort records by, see {@link FieldOptions}
   * @throws {Error} ERR_READ_ONLY, ERR_CLOSED; ERR_BUSY while `sortAsync` or `fromfileAsync` works on the array; ENOMEM
   * if there is not enough memory for the copy: nothing is then changed
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for other options; ERR_TYPE_MISMATCH for complex numbers, for records
   * without a field, and for a field that is not a single real number
   * @example
   * new MmapArray('i', [3, 1, 2]).sort().tolist() // => [ 1, 2, 3 ]
   * new MmapArray('d', [NaN, 1, -0, 0]).sort().tolist() // => [ -0, 0, 1, NaN ]
   * const trades = new MmapArray({ time: 'q', price: 'd' }, [{ time: 3, price: 9.5 }, { time: 1, price: 9 }])
   * trades.sort({ field: 'time' }).tolist() // => [ { time: 1n, price: 9 }, { time: 3n, price: 9.5 } ]
   */
  sort(options?: FieldOptions<NumberField<C>>): this

  /**
   * Sorts the elements as `sort` does, but on another thread. Until the promise is settled, a call that changes the
   * length, and another call that sorts, throw `ERR_BUSY`. You can read and write elements in the meantime, but what
   * you write may be lost. After an abort, the elements are either as they were or sorted.
   *
   * @throws {Error} as a rejection: ERR_READ_ONLY; ERR_BUSY while another asynchronous call works on the array;
   * ERR_CLOSED, also if you close the array before the call has ended; the reason of the signal; ENOMEM
   * @throws {TypeError} as a rejection: ERR_INVALID_ARG_TYPE, ERR_TYPE_MISMATCH
   * @example
   * const scores = new MmapArray('i', [3, 1, 2])
   * await scores.sortAsync()
   * scores.tolist() // => [ 1, 2, 3 ]
   */
  sortAsync(options?: AsyncOptions & Partial<FieldOptions<NumberField<C>>>): Promise<this>

  /**
   * Returns the place of a value in sorted elements: the index of the first element that is not less than the value,
   * like Python's `bisect.bisect_left`. Values are compared exactly, whatever their type. A value that no element can
   * equal, such as a fraction among integers, also has a place. NaN comes after all numbers.
   *
   * @param value a number or a bigint; for characters, a string of one character
   * @param lo where to begin, 0 or more; default 0
   * @param hi where to end, not included; default the length. A bound beyond the length is moved to it
   * @param options `field`: the field that the records are sorted by, see {@link FieldOptions}. You may pass it in
   * place of a bound
   * @throws {TypeError} ERR_INVALID_ARG_TYPE; ERR_TYPE_MISMATCH for complex numbers, for records without a field, and
   * for a field that is not a single real number
   * @throws {RangeError} ERR_OUT_OF_RANGE for a negative `lo`
   * @throws {Error} ERR_CLOSED
   * @example
   * const scores = new MmapArray('i', [10, 20, 20, 30])
   * scores.bisectLeft(20) // => 1
   * scores.bisectLeft(20.5) // => 3
   * scores.bisectLeft(20, 2) // => 2
   * new MmapArray({ x: 'i', y: 'i' }, [{ x: 5, y: 1 }, { x: 7, y: 2 }]).bisectLeft(6, { field: 'x' }) // => 1
   */
  bisectLeft(
    value: Sought<C>,
    lo?: Bound | FieldOptions<NumberField<C>>,
    hi?: Bound | FieldOptions<NumberField<C>>,
    options?: FieldOptions<NumberField<C>>,
  ): number

  /**
   * Returns the place of a value in sorted elements: the index after the last element that is not greater than the
   * value, like Python's `bisect.bisect_right`. Otherwise it works as {@link MmapArray.bisectLeft} does.
   *
   * @param value a number or a bigint; for characters, a string of one character
   * @param lo where to begin, 0 or more; default 0
   * @param hi where to end, not included; default the length. A bound beyond the length is moved to it
   * @param options `field`: the field that the records are sorted by, see {@link FieldOptions}. You may pass it in
   * place of a bound
   * @throws {TypeError} ERR_INVALID_ARG_TYPE; ERR_TYPE_MISMATCH for complex numbers, for records without a field, and
   * for a field that is not a single real number
   * @throws {RangeError} ERR_OUT_OF_RANGE for a negative `lo`
   * @throws {Error} ERR_CLOSED
   * @example
   * const scores = new MmapArray('i', [10, 20, 20, 30])
   * scores.bisectRight(20) // => 3
   * scores.insert(scores.bisectRight(20), 20)
   */
  bisectRight(
    value: Sought<C>,
    lo?: Bound | FieldOptions<NumberField<C>>,
    hi?: Bound | FieldOptions<NumberField<C>>,
    options?: FieldOptions<NumberField<C>>,
  ): number

  /**
   * Returns the place of each of many values in sorted elements, like NumPy's `searchsorted`. The results are those of
   * {@link MmapArray.bisectLeft} or {@link MmapArray.bisectRight}, but one call is many times faster than one call for
   * each value, above all if the array is larger than the processor's cache.
   *
   * It searches all elements, and ignores the shape. To search a part, such as one row of a matrix, use `bisectLeft`,
   * which has bounds, or open that part of the file with the options `offset` and `length`.
   *
   * @param needles the values: a typed array of the same kind, or an MmapArray of the same typecode
   * @param side the side of the elements that equal a value: `'left'` or `'right'`; default `'left'`
   * @returns one index for each value
   * @throws {TypeError} ERR_TYPE_MISMATCH for needles of another type; ERR_INVALID_ARG_TYPE
   * @throws {RangeError} ERR_OUT_OF_RANGE for another side
   * @throws {Error} ERR_CLOSED if either array is closed
   * @example
   * const scores = new MmapArray('i', [10, 20, 20, 30])
   * scores.searchsorted(Int32Array.of(20, 5, 99)) // => Float64Array(3) [ 1, 0, 4 ]
   * scores.searchsorted(Int32Array.of(20), 'right') // => Float64Array(1) [ 3 ]
   */
  searchsorted(needles: View<C> | MmapArray<C>, side?: 'left' | 'right'): Float64Array<ArrayBuffer>

  /**
   * Returns the place of each of many values in records that are sorted by a field.
   *
   * @param needles the values: a typed array of the field's kind, or an MmapArray of its typecode
   * @param side the side of the records that equal a value: `'left'` or `'right'`; default `'left'`. You may pass the
   * options in its place
   * @param options `field`, see {@link FieldOptions}
   * @returns one index for each value
   * @throws {TypeError} ERR_TYPE_MISMATCH for needles of another type and for a field that is not a single real number;
   * ERR_INVALID_ARG_TYPE
   * @throws {RangeError} ERR_OUT_OF_RANGE for another side
   * @throws {Error} ERR_CLOSED if either array is closed
   * @example
   * const trades = new MmapArray({ time: 'q', price: 'd' }, [{ time: 1, price: 9.5 }, { time: 3, price: 9 }])
   * trades.searchsorted(BigInt64Array.of(2n, 3n, 9n), { field: 'time' }) // => Float64Array(3) [ 1, 1, 2 ]
   */
  searchsorted<F extends FieldMap, K extends NumberField<F>>(
    this: MmapArray<F>,
    needles: View<FieldTypecode<F[K]>> | MmapArray<FieldTypecode<F[K]>>,
    side: 'left' | 'right' | FieldOptions<K> | undefined,
    options?: FieldOptions<K>,
  ): Float64Array<ArrayBuffer>

  /**
   * Searches as `searchsorted` does, but on another thread. Until the promise is settled, a call that changes the
   * length throws `ERR_BUSY`. A typed array of needles is copied before the call returns. Needles in an MmapArray are
   * not copied: do not change them until the promise is settled.
   *
   * @param needles the values: a typed array of the same kind, or an MmapArray of the same typecode
   * @param side the side of the elements that equal a value: `'left'` or `'right'`; default `'left'`
   * @throws {TypeError} as a rejection: ERR_TYPE_MISMATCH for needles of another type; ERR_INVALID_ARG_TYPE
   * @throws {RangeError} as a rejection: ERR_OUT_OF_RANGE for another side
   * @throws {Error} as a rejection: ERR_BUSY while `sortAsync` or `fromfileAsync` works on the array; ERR_CLOSED, also
   * if you close the array before the call has ended; the reason of the signal; ENOMEM
   * @example
   * const scores = new MmapArray('i', [10, 20, 20, 30])
   * await scores.searchsortedAsync(Int32Array.of(20, 99)) // => Float64Array(2) [ 1, 4 ]
   */
  searchsortedAsync(
    needles: View<C> | MmapArray<C>,
    side?: 'left' | 'right',
    options?: AsyncOptions,
  ): Promise<Float64Array<ArrayBuffer>>

  /**
   * Searches a field of records as `searchsorted` does, but on another thread.
   *
   * @param needles the values: a typed array of the field's kind, or an MmapArray of its typecode
   * @param side the side of the records that equal a value: `'left'` or `'right'`; default `'left'`. You may pass the
   * options in its place
   * @param options `field` and `signal`
   * @throws {TypeError} as a rejection: those of `searchsorted`
   * @throws {RangeError} as a rejection: ERR_OUT_OF_RANGE for another side
   * @throws {Error} as a rejection: ERR_BUSY while `sortAsync` or `fromfileAsync` works on the array; ERR_CLOSED, also
   * if you close the array before the call has ended; the reason of the signal; ENOMEM
   * @example
   * const points = new MmapArray({ x: 'd', y: 'd' }, [{ x: 1, y: 9 }, { x: 3, y: 8 }])
   * await points.searchsortedAsync(Float64Array.of(2), { field: 'x' }) // => Float64Array(1) [ 1 ]
   */
  searchsortedAsync<F extends FieldMap, K extends NumberField<F>>(
    this: MmapArray<F>,
    needles: View<FieldTypecode<F[K]>> | MmapArray<FieldTypecode<F[K]>>,
    side: 'left' | 'right' | (AsyncOptions & FieldOptions<K>) | undefined,
    options?: AsyncOptions & FieldOptions<K>,
  ): Promise<Float64Array<ArrayBuffer>>

  /**
   * Divides the array, or a range, into `parts` equal parts, and returns the least and the greatest number of each. Use
   * it to plot a large array. It reads each element once, at the speed of memory if the parts have thousands of
   * elements. Part `i` of `n` elements starts at `floor(i * n / parts)` and ends before `floor((i + 1) * n / parts)`.
   * NaNs are skipped; a part of NaNs only gives NaN. Characters become code points.
   *
   * @param parts the number of parts, from 1 to the number of elements; 0 if there are no elements
   * @param start the first element; default 0. A negative bound counts from the end, and a bound beyond the array is
   * moved to its start or end
   * @param stop the end of the range, not included; default the length
   * @returns two typed arrays, `min` and `max`, with one element for each part
   * @throws {RangeError} ERR_OUT_OF_RANGE for any other number of parts
   * @throws {TypeError} ERR_INVALID_ARG_TYPE; ERR_TYPE_MISMATCH for complex numbers, and for records without a field
   * @throws {Error} ERR_CLOSED, ERR_MEMORY_FAULT, ERR_BUSY; ENOMEM
   * @example
   * const scores = new MmapArray('i', [3, 1, 4, 1, 5, 9])
   * scores.envelope(2) // => { min: Int32Array(2) [ 1, 1 ], max: Int32Array(2) [ 4, 9 ] }
   */
  envelope(parts: number, start?: Bound, stop?: Bound): Envelope<C>

  /**
   * Divides the records into equal parts, and returns the least and the greatest number of one field in each part.
   *
   * @param parts the number of parts, from 1 to the number of records; 0 if there are no records
   * @param start the first record; default 0
   * @param stop the end of the range, not included; default the length
   * @param options `field`, see {@link FieldOptions}. You may pass it in place of a bound
   * @throws {RangeError} ERR_OUT_OF_RANGE for any other number of parts
   * @throws {TypeError} ERR_INVALID_ARG_TYPE; ERR_TYPE_MISMATCH for a field that is not a single real number
   * @throws {Error} ERR_CLOSED, ERR_MEMORY_FAULT, ERR_BUSY; ENOMEM
   * @example
   * const trades = new MmapArray({ time: 'q', price: 'd' }, [{ time: 1, price: 9.5 }, { time: 3, price: 9 }])
   * trades.envelope(1, { field: 'price' }) // => { min: Float64Array(1) [ 9 ], max: Float64Array(1) [ 9.5 ] }
   */
  envelope<F extends FieldMap, K extends NumberField<F>>(
    this: MmapArray<F>,
    parts: number,
    start: Bound | FieldOptions<K> | undefined,
    stop?: Bound | FieldOptions<K>,
    options?: FieldOptions<K>,
  ): Envelope<FieldTypecode<F[K]>>

  /**
   * Works as `envelope` does, but on another thread. Until the promise is settled, a call that changes the length
   * throws `ERR_BUSY`. The result may or may not include what you write to elements in the meantime.
   *
   * @param parts the number of parts, as for `envelope`
   * @param start the first element; default 0
   * @param stop the end of the range, not included; default the length
   * @throws {RangeError} as a rejection: ERR_OUT_OF_RANGE
   * @throws {TypeError} as a rejection: ERR_INVALID_ARG_TYPE, ERR_TYPE_MISMATCH
   * @throws {Error} as a rejection: ERR_CLOSED, also if you close the array before the call has ended; ERR_BUSY while
   * another asynchronous call writes the elements; ERR_MEMORY_FAULT; ENOMEM; the reason of the signal
   * @example
   * const scores = new MmapArray('i', [3, 1, 4, 1, 5, 9])
   * await scores.envelopeAsync(1, -3) // => { min: Int32Array(1) [ 1 ], max: Int32Array(1) [ 9 ] }
   */
  envelopeAsync(parts: number, start?: Bound, stop?: Bound, options?: AsyncOptions): Promise<Envelope<C>>

  /**
   * Works as `envelope` of a field does, but on another thread.
   *
   * @param parts the number of parts, as for `envelope`
   * @param start the first record; default 0
   * @param stop the end of the range, not included; default the length
   * @param options `field` and `signal`. You may pass them in place of a bound
   * @throws {RangeError} as a rejection: ERR_OUT_OF_RANGE
   * @throws {TypeError} as a rejection: ERR_INVALID_ARG_TYPE, ERR_TYPE_MISMATCH
   * @throws {Error} as a rejection: those of the other form
   * @example
   * const points = new MmapArray({ x: 'd', y: 'd' }, [{ x: 1, y: 9 }, { x: 3, y: 8 }])
   * await points.envelopeAsync(1, { field: 'y' }) // => { min: Float64Array(1) [ 8 ], max: Float64Array(1) [ 9 ] }
   */
  envelopeAsync<F extends FieldMap, K extends NumberField<F>>(
    this: MmapArray<F>,
    parts: number,
    start: Bound | (AsyncOptions & FieldOptions<K>) | undefined,
    stop?: Bound | (AsyncOptions & FieldOptions<K>),
    options?: AsyncOptions & FieldOptions<K>,
  ): Promise<Envelope<FieldTypecode<F[K]>>>

  /**
   * An ArrayBuffer over exactly the elements: the memory itself, not a copy. It is the same object until the length
   * changes. Posting it to another thread makes a copy; post the {@link MmapArray.handle} instead.
   *
   * Older buffers stay valid when the array grows. A buffer is detached, so that its `byteLength` is 0, when you close
   * the array, and when the array gets shorter by whole pages: at once for an exact array, and when it becomes exact
   * for a reserved one. Until then, an older buffer may reach beyond the last element. What you store there is not an
   * element, but stays in the file if the process is killed.
   *
   * @throws {Error} ERR_CLOSED; ERR_VIEW_TOO_LARGE if the array is too large for one buffer (4 GiB on Node.js 20): use
   * {@link MmapArray.subarray}
   * @example
   * const words = new MmapArray('H', [1, 2])
   * new DataView(words.buffer).setUint8(1, 1)
   * words.tolist() // => [ 257, 2 ]
   */
  readonly buffer: ArrayBuffer

  /**
   * A typed array over exactly the elements: the memory itself, as fast as any typed array. For speed-critical loops,
   * use this. It is the same object until the length changes; older views stay valid as older buffers do, see
   * {@link MmapArray.buffer}. Posting it to another thread makes a copy; post the {@link MmapArray.sharedView} or the
   * {@link MmapArray.handle} instead.
   *
   * Like every typed array, it wraps and rounds the values that you store, without an error. If the array was opened
   * with `'r'`, a store reaches neither the file nor other processes, but this array shows it from then on. If another
   * process has truncated the file, the view reads zeros without an error: call {@link MmapArray.check} after the loop.
   *
   * Some built-in functions of the JavaScript engine assume that nobody else writes to the memory. If another thread or
   * process does, they may crash the process or never end. This also applies to `buffer` and `subarray`:
   *
   * - `view.sort()`: use {@link MmapArray.sort}.
   * - Decoding UTF-8, as `new TextDecoder().decode(view)` and `Buffer.from(array.buffer).toString()` do: decode a copy,
   *   from {@link MmapArray.slice} or {@link MmapArray.tobytes}.
   * - Asynchronous calls of `zlib`, if `close()`, `refresh()` or a change of the length detaches the view before they
   *   end: pass a copy, or await the call first.
   *
   * @throws {Error} ERR_CLOSED; ERR_VIEW_TOO_LARGE, see {@link MmapArray.buffer}
   * @example
   * const scores = new MmapArray('i', [3, 1, 2])
   * const before = scores.view
   * scores.append(4)
   * before[0] = 30
   * scores.view // => Int32Array(4) [ 30, 1, 2, 4 ]
   */
  readonly view: View<C, ArrayBuffer>

  /**
   * A SharedArrayBuffer over exactly the elements. `postMessage` and `workerData` share it without a copy, and the
   * other thread does not need this package. `Atomics` work on it, including `Atomics.wait` and `Atomics.notify`; these
   * do not wake a {@link MmapArray.wait}, nor are they woken by {@link MmapArray.notify}.
   *
   * It is the same object until the length changes. It outlives the array and the thread that made it. After `close()`
   * it shows zeros, unless another array still uses the memory.
   *
   * @throws {Error} ERR_CLOSED; ERR_VIEW_TOO_LARGE, see {@link MmapArray.buffer}; ERR_UNSUPPORTED_RUNTIME if the
   * runtime cannot make one. Node.js up to 22.23.0 also cannot for copy-on-write arrays, and for arrays that do not
   * begin on a page because of their `offset` or their `.npy` header
   * @example
   * const scores = new MmapArray('i', [3, 1, 2])
   * Atomics.add(new Int32Array(scores.sharedBuffer, 0, 3), 0, 10)
   * scores.get(0) // => 13
   */
  readonly sharedBuffer: SharedArrayBuffer

  /**
   * A typed array over {@link MmapArray.sharedBuffer}. Posting it to another thread shares the elements, while posting
   * `view` copies them. Its `sort` is safe while others write; decoding UTF-8 is not, see {@link MmapArray.view}.
   *
   * @throws {Error} as `sharedBuffer`
   * @example
   * const scores = new MmapArray('i', [3, 1, 2])
   * Atomics.store(scores.sharedView, 0, 30)
   * scores.get(0) // => 30
   */
  readonly sharedView: View<C, SharedArrayBuffer>

  /**
   * Returns a typed array over a range, or a DataView over records. It is the memory itself, not a copy; `slice`
   * copies. On Node.js 20, it also reaches the elements of an array that is too large for one buffer.
   *
   * @param start default 0; a negative bound counts from the end
   * @param end not included; default the length
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a bound that is not an integer
   * @throws {Error} ERR_CLOSED; ERR_VIEW_TOO_LARGE
   * @example
   * const scores = new MmapArray('i', [3, 1, 2])
   * scores.subarray(1).fill(0)
   * scores.tolist() // => [ 3, 0, 0 ]
   */
  subarray(start?: Bound, end?: Bound): View<C, ArrayBuffer>

  /**
   * Returns a row of an array of several dimensions, which has the elements with one index along the first axis. It is
   * a typed array, or a DataView over records: the memory itself, not a copy. For speed-critical loops, this is faster
   * than `get`.
   *
   * @param index a negative index counts from the end
   * @throws {RangeError} ERR_INDEX_OUT_OF_RANGE
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for an index that is not an integer; ERR_TYPE_MISMATCH for an array of one
   * dimension, and in Fortran order, in which the elements of a row are not adjacent
   * @throws {Error} ERR_CLOSED; ERR_VIEW_TOO_LARGE
   * @example
   * const grid = new MmapArray('i', [[1, 2, 3], [4, 5, 6]], { shape: [2, 3] })
   * grid.row(-1) // => Int32Array(3) [ 4, 5, 6 ]
   * grid.row(0).fill(9)
   * grid.get(0, 2) // => 9
   * new MmapArray('i', [1, 2, 3]).row(0) // throws TypeError ERR_TYPE_MISMATCH
   */
  row(index: number): View<C, ArrayBuffer>

  /**
   * Returns an iterator over the rows, each as {@link MmapArray.row} returns it. Without `stop` it also returns rows
   * that are appended during the loop.
   *
   * @param start the first row; default 0; a negative bound counts from the end
   * @param stop not included; default all rows
   * @throws {TypeError} ERR_INVALID_ARG_TYPE for a bound that is not an integer; ERR_TYPE_MISMATCH as `row`
   * @throws {Error} ERR_CLOSED, also in the middle of a loop; ERR_VIEW_TOO_LARGE
   * @example
   * const grid = new MmapArray('i', [[1, 2, 3], [4, 5, 6]], { shape: [2, 3] })
   * for (const row of grid.rows()) row.sort((a, b) => b - a)
   * grid.tolist() // => [ 3, 2, 1, 6, 5, 4 ]
   * Array.from(grid.rows(1)) // => [ Int32Array(3) [ 6, 5, 4 ] ]
   */
  rows(start?: Bound, stop?: Bound): IterableIterator<View<C, ArrayBuffer>>

  /**
   * Returns the arguments for scijs' `ndarray(data, shape, stride, offset)`, without a copy. Call it again after the
   * length has changed.
   *
   * @throws {TypeError} ERR_TYPE_MISMATCH for complex numbers and records
   * @throws {Error} ERR_CLOSED; ERR_VIEW_TOO_LARGE
   * @example
   * new MmapArray('f', [[1, 2], [3, 4]], { shape: [2, 2] }).ndarray().stride // => [ 2, 1 ]
   */
  ndarray(): NdarrayParts<C>

  /**
   * Reserves room for a number of elements, so that `append` is a plain store into memory until the room is full. The
   * blocks of the disk are taken now, so this call throws if the disk is full.
   *
   * This array must be the only writer of the file until `trim()`, `flush()`, `handle()` or `close()`. If another array
   * appends to a raw file before that, those calls throw `ERR_OTHER_WRITER` and leave the file as it is. Nobody should
   * read a raw file during this time either, because it is longer than the array, and readers see zeros after the
   * elements. {@link MmapArray.follow} waits, and {@link MmapArray.isReserved} tells. For a log that others read while it
   * grows, use {@link MmapArray.appender}.
   *
   * If the process is killed before the file is exact again, a raw file keeps zeros at its end, and a `.npy` file keeps
   * its previous count, without the elements that were appended since.
   *
   * @param capacity the total number of elements, including those that the array has. A number below `capacity` changes
   * nothing
   * @throws {Error} ERR_READ_ONLY, ERR_FIXED_LENGTH, ERR_RAGGED_LENGTH, ERR_OTHER_WRITER, ERR_CLOSED; system errors such
   * as ENOSPC
   * @throws {TypeError} ERR_INVALID_ARG_TYPE
   * @throws {RangeError} ERR_OUT_OF_RANGE
   * @example
   * const log = MmapArray.open('log.d', 'd', { flags: 'w+' })
   * log.reserve(1000)
   * for (let second = 0; second < 1000; second++) log.append(Math.sin(second))
   * log.trim()
   * log.capacity // => 1000
   */
  reserve(capacity: number): void

  /**
   * Releases the reserved room that is not used, so that the file ends with the last element and others may append
   * again. An exact array has no such room, except in a `.npy` file after elements were removed.
   *
   * @throws {Error} ERR_CLOSED; ERR_BUSY while `fromfileAsync` works on the array; ERR_OTHER_WRITER if another array has
   * appended to the reserved file; system errors
   * @example
   * const log = MmapArray.open('log.d', 'd', { flags: 'w+', capacity: 1000 })
   * log.append(1.5)
   * log.trim()
   * log.capacity // => 1
   */
  trim(): void

  /**
   * Updates the array to the length that the file has now, and returns it, in elements. Call it after others have
   * changed the length, or to recover from `ERR_MEMORY_FAULT`. Elements that others write show at once, without it. Each
   * thread that has attached calls it for its own array.
   *
   * If the array is longer afterwards, the next `view`, `row()` or `subarray()` makes a new ArrayBuffer. V8 counts all
   * its bytes as external memory, and collects garbage because of it. So call this on a timer, not for each request.
   *
   * On overlayfs, as in a container, an array that was opened for reading shows the file as it is until somebody opens
   * it for writing for the first time. The system then copies the file; the array and its views show the old one until
   * `refresh()` switches them to the copy. Values that you stored through the `view` of an `'r'` array are lost then,
   * and so is a lock that you took on {@link MmapArray.fd} yourself. A `'c'` array that you have written to keeps the
   * elements of the old file.
   *
   * @throws {Error} ERR_CLOSED; ERR_BUSY while an asynchronous call works on the array; ERR_INVALID_NPY if the header
   * of a `.npy` file is gone; system errors
   * @example
   * const reader = MmapArray.open('log.i32', 'i', { flags: 'a+' })
   * const writer = MmapArray.open('log.i32', 'i', { flags: 'r+' })
   * writer.append(1)
   * reader.length // => 0
   * reader.refresh() // => 1
   */
  refresh(): number

  /**
   * Returns a new array over the file that is now at the path, with the same type and the options that this array was
   * opened with. Flags that create a file, `'w+'` and `'wx+'`, become `'r+'`, and the length that they gave the file is
   * not applied again. A relative path is resolved against the directory that was current when this array was opened.
   *
   * This array and its views stay as they are until you close it. You can also call this on a closed array.
   *
   * @throws {Error} ERR_NO_PATH for anonymous memory and for an array that was opened by a descriptor; ERR_INVALID_NPY,
   * ERR_UNSUPPORTED_NPY; system errors such as ENOENT
   * @throws {RangeError} ERR_OUT_OF_RANGE if the new file is too short for the options `offset` or `length`
   * @throws {TypeError} ERR_TYPE_MISMATCH for a `.npy` file of another type
   * @example
   * const table = MmapArray.open('table.d', 'd', { flags: 'w+' })
   * await MmapArray.replace('table.d', 'd', (next) => next.extend([1.5, 2.5]))
   * table.reopen().tolist() // => [ 1.5, 2.5 ]
   * table.length // => 0
   */
  reopen(): MmapArray<C>

  /**
   * Returns an iterator over the elements that anyone appends to the file, including this array: each element once, in
   * order. Each part is a copy in the form that `slice` returns, a typed array, or an Array if the elements are
   * objects. It does not matter how elements are appended: by this package, Python, C or `cat >>`. The iterator returns
   * whole elements of a raw file, and the elements that the header of a `.npy` file counts. While anybody has reserved
   * a raw file, it returns nothing. See docs/following.md.
   *
   * If there are no new elements, `next()` waits. The system wakes it when the file changes, and it also looks once a
   * second. A waiting `next()` keeps the process alive. The iterator reads the next part when you ask for it. It does
   * not change the array: call `refresh()` to update `length`. Anonymous memory becomes exact, as after
   * {@link MmapArray.handle}.
   *
   * `break`, `return()`, an abort and `close()` of the array end the iteration at once and leave nothing behind.
   * `close()` ends it without an error. Call `return()` on an iterator that you no longer use.
   *
   * @param options `from`, `batch`, `signal`, `truncated`, `replaced`
   * @throws {Error} ERR_CLOSED; from `next()`: ERR_MEMORY_FAULT if the file was truncated, the reason of the signal,
   * ERR_INVALID_NPY, system errors
   * @throws {TypeError} ERR_INVALID_ARG_TYPE; from `next()`: ERR_TYPE_MISMATCH if the file was replaced by a `.npy`
   * file of another type
   * @throws {RangeError} ERR_OUT_OF_RANGE, ERR_PARTIAL_ROW; from `next()`: ERR_OUT_OF_RANGE if the file was replaced by
   * a `.npy` file with other rows
   * @example
   * const log = MmapArray.open('log.d', 'd', { flags: 'w+' })
   * setTimeout(() => log.extend([1.5, 2.5])) // here, or in any other process
   * for await (const part of log.follow()) {
   *   part // => Float64Array(2) [ 1.5, 2.5 ]
   *   break
   * }
   */
  follow(options?: FollowOptions): AsyncIterableIterator<Slice<C>>

  /**
   * Throws if what you read through `view`, `buffer`, `subarray` or `sharedView` since the last
   * {@link MmapArray.refresh} may not be the data of the file: if another process truncates the file, a raw view reads
   * zeros without an error. It asks the system once for the size of the file. You need it only for raw views; methods
   * throw by themselves.
   *
   * Two cases are not detected. Bytes between the new end of the file and the end of its page (4 KiB, at most 2 MiB)
   * read as zeros, and `check` notices that only while the file is too short. A file that was truncated and extended
   * again, before anything beyond the new end was read, looks as if it had been written in place.
   *
   * @throws {Error} ERR_MEMORY_FAULT until you call `refresh()`; ERR_CLOSED; system errors
   * @example
   * const prices = MmapArray.open('prices.f64', 'd', { flags: 'w+' })
   * prices.extend([1.5, 2.5])
   * let sum = 0
   * for (const price of prices.view) sum += price
   * prices.check() // the sum is of what the file held
   * sum // => 4
   */
  check(): void

  /**
   * Waits until the elements and the length are on the device, so that they survive a power failure. It also makes a
   * reserved array exact. Other threads and processes see every change at once, without it, and changes to a file
   * survive the end of this process. Does nothing for arrays opened with `'r'` or `'c'`.
   *
   * @throws {Error} ERR_CLOSED; ERR_BUSY while `fromfileAsync` works on the array; system errors such as EIO
   * @example
   * const log = MmapArray.open('log.d', 'd', { flags: 'w+' })
   * log.append(1.5)
   * log.flush()
   */
  flush(): void

  /**
   * Works as `flush` does, but waits for the device on another thread. You can use or close the array in the meantime.
   * An abort ends the waiting, but does not stop the device.
   *
   * @throws {Error} as a rejection: ERR_CLOSED; the reason of the signal; system errors such as EIO
   * @throws {TypeError} as a rejection: ERR_INVALID_ARG_TYPE
   * @example
   * const log = MmapArray.open('log.d', 'd', { flags: 'w+' })
   * log.append(1.5)
   * await log.flushAsync()
   */
  flushAsync(options?: AsyncOptions): Promise<void>

  /**
   * Tells the system how you will use a range of elements. It is a hint and never changes an element.
   *
   * The system stores `'sequential'`, `'random'`, `'normal'` and `'hugepage'` with the mapping, and splits the mapping
   * if a part of it gets another hint. A process may have about 65,530 mappings (`vm.max_map_count`), and Node crashes
   * when it cannot get one. So once half of them are in use, a hint for a part of an array throws ENOMEM.
   * `advise('normal')` for the whole array undoes its hints.
   *
   * @param advice `'sequential'` reads further ahead, `'random'` does not read ahead, and `'normal'` restores the
   * default. `'willneed'` starts to read the range, and `'populate'` reads it before the call returns. `'dontneed'`
   * releases the pages, and they are read again at the next access. `'hugepage'` asks for pages of 2 MiB, also for
   * memory that is already in use
   * @param start default 0; a negative bound counts from the end
   * @param end not included; default the length
   * @throws {RangeError} ERR_OUT_OF_RANGE for an unknown advice
   * @throws {TypeError} ERR_INVALID_ARG_TYPE
   * @throws {Error} ERR_CLOSED; ENOMEM for too many hints for parts; system errors
   * @example
   * const table = new MmapArray('I', new ArrayBuffer(4000))
   * table.advise('random')
   * table.advise('populate', 0, 100)
   */
  advise(advice: Advice, start?: Bound, end?: Bound): void

  /**
   * Closes the array: it releases the file and the memory. Buffers and views of this array are detached, so that their
   * length is 0, and a `sharedBuffer` shows zeros, unless another array still uses the memory. Other arrays over the
   * same file, and arrays attached by a handle, stay open. A second call does nothing. An array that you drop without
   * closing is closed when it is garbage-collected.
   *
   * `close` first closes the appenders of the array. If one of them cannot append its elements, `close` throws and the
   * array stays open.
   *
   * @throws {Error} a system error, ERR_MEMORY_FAULT or ERR_OTHER_WRITER if a reserved file cannot be truncated to its
   * length; as {@link Appender.close}
   * @example
   * const scores = new MmapArray('i', [3, 1, 2])
   * const view = scores.view
   * scores.close()
   * view.length // => 0
   * scores.get(0) // throws Error ERR_CLOSED
   */
  close(): void

  /**
   * Calls `close()`, for `using scores = new MmapArray('i')` in TypeScript and on Node.js 24 and later.
   *
   * @example
   * const scores = new MmapArray('i')
   * scores[Symbol.dispose]()
   * scores.closed // => true
   */
  [Symbol.dispose](): void

  /**
   * Returns plain JSON that identifies this array. Send it to another thread or process of this machine, by
   * `postMessage`, `workerData`, `process.send`, an environment variable or a file. There,
   * {@link MmapArrayConstructor.attach} returns an array over the same memory. The call makes this array exact. The
   * handle does not keep the memory alive: keep an anonymous array open until the other side has attached.
   *
   * You cannot send the array itself: `postMessage`, `workerData` and `structuredClone` of an array throw a
   * DataCloneError. On Node.js 20, and if `v8.serialize` makes the copy (`process.send` with
   * `serialization: 'advanced'`), you get an empty object without an error instead.
   *
   * @throws {Error} ERR_CLOSED; ERR_BUSY while `fromfileAsync` works on the array; system errors
   * @example
   * import { Worker } from 'node:worker_threads'
   * const scores = new MmapArray('i', [3, 1, 2])
   * const code = `
   *   const { workerData } = require('node:worker_threads')
   *   import('mmap-array').then(({ MmapArray }) => MmapArray.attach(workerData).set(0, 30))`
   * const worker = new Worker(code, { eval: true, workerData: scores.handle() })
   * await new Promise((done) => worker.on('exit', done))
   * scores.get(0) // => 30
   */
  handle(): Handle<C>

  /**
   * Locks the file of the array, and blocks this thread until it has the lock; `lockAsync` and `withLock` do not block.
   * The lock is advisory: it excludes other arrays, in any thread or process, that also lock the file, but does not
   * stop anyone from reading or writing. Programs in other languages take part with `flock`. `unlock()`, `close()` and
   * the death of the process release it; dropping the array does not.
   *
   * @param options `shared`: whether other arrays may hold the lock at the same time, if they also take it shared;
   * default false
   * @throws {Error} ERR_LOCKED if this array already holds the lock; ERR_CLOSED; system errors
   * @throws {TypeError} ERR_INVALID_ARG_TYPE
   * @example
   * const counter = new MmapArray('i', [0])
   * counter.lock()
   * counter.set(0, counter.get(0) + 1)
   * counter.unlock()
   */
  lock(options?: LockOptions): void

  /**
   * Locks the file as `lock` does, but without blocking the thread.
   *
   * @throws {Error} as a rejection: as `lock`, and ERR_CLOSED if you close the array before it has the lock
   * @throws {TypeError} ERR_INVALID_ARG_TYPE
   * @example
   * const counter = new MmapArray('i', [0])
   * await counter.lockAsync()
   * counter.unlock()
   */
  lockAsync(options?: LockOptions): Promise<void>

  /**
   * Locks the file if the lock is free, and returns whether it did. It does not wait.
   *
   * @throws {Error} as `lock`
   * @throws {TypeError} ERR_INVALID_ARG_TYPE
   * @example
   * const counter = new MmapArray('i', [0])
   * const same = MmapArray.attach(counter.handle())
   * counter.tryLock() // => true
   * same.tryLock() // => false
   */
  tryLock(options?: LockOptions): boolean

  /**
   * Releases the lock.
   *
   * @throws {Error} ERR_NOT_LOCKED if this array does not hold the lock; ERR_CLOSED
   * @example
   * new MmapArray('i').unlock() // throws Error ERR_NOT_LOCKED
   */
  unlock(): void

  /**
   * Calls a function while this array holds the lock, and returns its result. The lock is released even if the function
   * throws.
   *
   * @throws {Error} as a rejection: as `lockAsync`, and whatever the function throws
   * @throws {TypeError} ERR_INVALID_ARG_TYPE
   * @example
   * const counter = new MmapArray('i', [41])
   * await counter.withLock(() => counter.set(0, counter.get(0) + 1))
   * counter.get(0) // => 42
   */
  withLock<T>(body: () => T | Promise<T>, options?: LockOptions): Promise<T>

  /**
   * Blocks this thread while an element equals `expected`, until `notify` wakes it. It works like `Atomics.wait`, but
   * also between processes. On Linux it is a futex without the private flag, so C and Python programs can take part.
   * For typecodes `i` and `I`. It may read the element for up to 50 microseconds before it sleeps; a change during that
   * time ends the call without a `notify`.
   *
   * A change followed by `notify` is never missed, provided that the element still has another value when the sleeping
   * thread looks again. So use a counter, not a flag that you set back. A `notify` without a change may be missed.
   *
   * @param index a negative index counts from the end
   * @param expected the value to sleep on
   * @param timeout milliseconds; default: no limit
   * @returns `'ok'` after a `notify` or a change; `'not-equal'` if the element had another value when you called;
   * `'timed-out'`
   * @throws {TypeError} ERR_TYPE_MISMATCH for other typecodes; ERR_INVALID_ARG_TYPE
   * @throws {RangeError} ERR_INDEX_OUT_OF_RANGE, ERR_VALUE_OUT_OF_RANGE
   * @throws {Error} ERR_CLOSED; system errors
   * @example
   * const flags = new MmapArray('i', [0])
   * flags.wait(0, 1) // => 'not-equal'
   * flags.wait(0, 0, 10) // => 'timed-out'
   */
  wait(index: number, expected: number, timeout?: number): 'ok' | 'not-equal' | 'timed-out'

  /**
   * Waits as `wait` does, but blocks neither this thread nor a thread of the pool. It keeps the process alive until the
   * promise is settled. It compares the element when you call, and starts to sleep a moment later. A change in between
   * ends it with `'ok'`; a `notify` without a change is missed.
   *
   * @throws {Error} as a rejection: as `wait`, and ERR_CLOSED if you close the array before it wakes
   * @throws {TypeError} as `wait`
   * @throws {RangeError} as `wait`
   * @example
   * const flags = new MmapArray('i', [0])
   * const woken = flags.waitAsync(0, 0)
   * while (flags.notify(0) === 0) await new Promise(setImmediate)
   * await woken // => 'ok'
   */
  waitAsync(index: number, expected: number, timeout?: number): Promise<'ok' | 'not-equal' | 'timed-out'>

  /**
   * Wakes threads that wait on an element, in this and other processes, and returns how many. Store the new value
   * first: a waiting thread never misses a change that is followed by `notify`, but may miss a `notify` without a
   * change. It does not wake `Atomics.wait`.
   *
   * @param index a negative index counts from the end
   * @param count how many to wake at most; default all
   * @returns how many were woken
   * @throws {TypeError} ERR_TYPE_MISMATCH for other typecodes than `i` and `I`; ERR_INVALID_ARG_TYPE
   * @throws {RangeError} ERR_INDEX_OUT_OF_RANGE, ERR_OUT_OF_RANGE
   * @throws {Error} ERR_CLOSED
   * @example
   * new MmapArray('i', [0]).notify(0) // => 0
   */
  notify(index: number, count?: number): number

  /**
   * Returns an iterator over pairs of index and element. It also returns elements that are appended during the loop.
   *
   * @throws {Error} ERR_CLOSED
   * @example
   * const scores = new MmapArray('i', [3, 1])
   * Array.from(scores.entries()) // => [ [ 0, 3 ], [ 1, 1 ] ]
   */
  entries(): IterableIterator<[number, Element<C>]>

  /**
   * Returns an iterator over the indices.
   *
   * @throws {Error} ERR_CLOSED
   * @example
   * const scores = new MmapArray('i', [3, 1])
   * Array.from(scores.keys()) // => [ 0, 1 ]
   */
  keys(): IterableIterator<number>

  /**
   * Returns an iterator over the elements. It also returns elements that are appended during the loop.
   *
   * @throws {Error} ERR_CLOSED
   * @example
   * const scores = new MmapArray('i', [3, 1])
   * Array.from(scores.values()) // => [ 3, 1 ]
   */
  values(): IterableIterator<Element<C>>

  /**
   * Returns an iterator over the elements, as `values` does, for `for … of`, spread syntax and `Array.from`.
   *
   * @throws {Error} ERR_CLOSED
   * @example
   * const scores = new MmapArray('i', [3, 1])
   * Math.max(...scores) // => 3
   */
  [Symbol.iterator](): IterableIterator<Element<C>>

  /**
   * Returns all elements as text, much as Python prints them. `console.log` shows only the first hundred.
   *
   * @throws {Error} ERR_CLOSED
   * @example
   * String(new MmapArray('i', [3, 1])) // => "MmapArray('i', [3, 1])"
   * String(new MmapArray('w', 'abc')) // => "MmapArray('w', 'abc')"
   */
  toString(): string

  /**
   * Returns all elements in an Array, for `JSON.stringify`. Bigints become strings of decimal digits, also in records,
   * because JSON has no bigints.
   *
   * @throws {Error} ERR_CLOSED
   * @throws {RangeError} ERR_OUT_OF_RANGE for more elements than an Array can have
   * @example
   * JSON.stringify({ scores: new MmapArray('q', [3, 1]) }) // => '{"scores":["3","1"]}'
   */
  toJSON(): unknown[]

  /**
   * The name that `Object.prototype.toString` shows.
   *
   * @example
   * Object.prototype.toString.call(new MmapArray('i')) // => '[object MmapArray]'
   */
  readonly [Symbol.toStringTag]: 'MmapArray'
}

/**
 * The class MmapArray, see {@link MmapArrayConstructor}.
 *
 * @example
 * new MmapArray('i') instanceof MmapArray // => true
 */
export const MmapArray: MmapArrayConstructor

// Without this line, a declaration file also exports the types that are not marked `export`.
// oxlint-disable-next-line unicorn/require-module-specifiers -- it ends the implicit export
export {}
