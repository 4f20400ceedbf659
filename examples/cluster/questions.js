import { get } from 'node:http'

/** Asks until each worker has answered. The cluster gives each new connection to the next worker. */
export async function askEveryWorker(port, workers) {
  const answers = new Map()
  for (let number = 2; answers.size < workers.length; number++) {
    if (number > 1000 * workers.length) throw new Error(`${answers.size} of ${workers.length} workers answered`)
    const answer = await ask(port, number)
    if (!answers.has(answer.pid)) answers.set(answer.pid, answer)
  }
  return [...answers.values()]
}

function ask(port, number) {
  return new Promise((resolve, reject) => {
    // agent: false opens a new connection for each request, so that another worker can get it.
    const request = get({ host: '127.0.0.1', port, path: `/${number}`, agent: false, timeout: 10_000 })
    request.on('timeout', () => request.destroy(new Error('no answer within 10 s')))
    request.on('error', reject)
    request.on('response', async (response) => {
      try {
        const parts = await response.setEncoding('utf8').toArray()
        resolve(JSON.parse(parts.join('')))
      } catch (error) {
        reject(error)
      }
    })
  })
}
