// One copy of the element path for each typecode: see there.

import { elementPathOf as b } from './element-path.js?b'
import { elementPathOf as bb } from './element-path.js?B'
import { elementPathOf as h } from './element-path.js?h'
import { elementPathOf as hh } from './element-path.js?H'
import { elementPathOf as i } from './element-path.js?i'
import { elementPathOf as ii } from './element-path.js?I'
import { elementPathOf as l } from './element-path.js?l'
import { elementPathOf as ll } from './element-path.js?L'
import { elementPathOf as q } from './element-path.js?q'
import { elementPathOf as qq } from './element-path.js?Q'
import { elementPathOf as e } from './element-path.js?e'
import { elementPathOf as f } from './element-path.js?f'
import { elementPathOf as d } from './element-path.js?d'
import { elementPathOf as c } from './element-path.js?c'
import { elementPathOf as u } from './element-path.js?u'
import { elementPathOf as w } from './element-path.js?w'

/** The copy of a typecode. */
export const ELEMENT_PATHS = Object.freeze({ b, B: bb, h, H: hh, i, I: ii, l, L: ll, q, Q: qq, e, f, d, c, u, w })
