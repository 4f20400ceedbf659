// The class of the arrays of each type, and the shapes that V8 sees in them.

import { ELEMENT_PATHS } from './element-paths.js'
import { codecFor } from './elements.js'
import { TYPECODES } from './typecodes.js'

/**
 * V8 forgets a shape with the last object that has it, and throws away what it has compiled for that: whoever makes arrays and
 * drops them would have their loops compiled again and again. So some that are closed stay.
 */
export class ElementClasses {
  #paths
  /** By type, arrays that are never collected. */
  #kept = new Map()
  #makeClosed

  /**
   * @param {typeof import('./mmap-array.js').MmapArray} Base
   * @param follow see `elementPathOf`
   * @param {(Path: Function, type: object) => object} makeClosed gives an array of a class, closed
   */
  constructor(Base, follow, makeClosed) {
    this.#paths = new Map(TYPECODES.map((type) => [type, ELEMENT_PATHS[type.code](Base, type, codecFor(type), follow)]))
    this.#makeClosed = makeClosed
  }

  of(type) {
    const { Path, LASTING_PROTOTYPE } = this.#paths.get(type)
    if (!this.#kept.has(type)) this.#keep(type, Path, LASTING_PROTOTYPE)
    return Path
  }

  /** One as it is made, one whose length lasts, and one whose length did. */
  #keep(type, Path, LASTING_PROTOTYPE) {
    this.#kept.set(type, [])
    try {
      const make = () => this.#makeClosed(Path, type)
      const [begun, lasting, changing] = [make(), make(), make()]
      Reflect.setPrototypeOf(lasting, LASTING_PROTOTYPE)
      Reflect.setPrototypeOf(changing, LASTING_PROTOTYPE)
      Reflect.setPrototypeOf(changing, Path.prototype)
      this.#kept.set(type, [begun, lasting, changing])
    } catch {
      // Where there is no memory or no descriptor left the next array tells.
    }
  }
}
