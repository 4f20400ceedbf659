// The parts of a canvas by which the plotting library makes rasters and colour ramps. Its document without a browser has none.

import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
/** 8 bits for each of red, green, blue and opacity. */
const FORMAT = [8, 6, 0, 0, 0]

/** Makes a document's `createElement('canvas')` give a canvas that can be painted. */
export function addCanvas(document) {
  const createElement = document.createElement.bind(document)
  document.createElement = (name) => (name === 'canvas' ? new RasterCanvas() : createElement(name))
  return document
}

const newImage = (width, height) => ({ width, height, data: new Uint8ClampedArray(width * height * 4) })

class RasterCanvas {
  width = 0
  height = 0
  #image

  getContext() {
    const canvas = this
    return {
      fillStyle: '#000000',
      createImageData: newImage,
      putImageData(image) {
        canvas.#image = image
      },
      /** Paints one pixel, which is all that a colour ramp asks for. */
      fillRect(x, y) {
        canvas.#image ??= newImage(canvas.width, canvas.height)
        canvas.#image.data.set([...channelsOf(this.fillStyle), 255], (y * canvas.width + x) * 4)
      },
    }
  }

  toDataURL() {
    return `data:image/png;base64,${pngOf(this.#image).toString('base64')}`
  }
}

/** Red, green and blue of a colour: #2471a3 or rgb(36, 113, 163). */
export function channelsOf(colour) {
  if (colour.startsWith('#')) return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
  return colour
    .match(/[\d.]+/g)
    .slice(0, 3)
    .map(Number)
}

function pngOf({ width, height, data }) {
  const rows = Buffer.alloc(height * (width * 4 + 1))
  // Each row begins with the number of its filter: none.
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * width * 4, (y + 1) * width * 4), y * (width * 4 + 1) + 1)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set(FORMAT, 8)
  const none = Buffer.alloc(0)
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', none)])
}

function chunk(name, body) {
  const text = Buffer.concat([Buffer.from(name, 'latin1'), body])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(body.length)
  sum.writeUInt32BE(crc32(text))
  return Buffer.concat([length, text, sum])
}
