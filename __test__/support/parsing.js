// Checks blocks that cannot be run here: that they parse.
import { parseAllDocuments } from 'yaml'
import { expectExit, run } from './processes.js'

export async function parseShell(directory, code) {
  expectExit(await run('sh', ['-n'], { input: code }))
}

export function parseYaml(directory, code) {
  for (const { errors } of parseAllDocuments(code)) if (errors.length > 0) throw errors[0]
}

const INSTRUCTION =
  /^(?:ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR) +\S/

/** Each line of a Dockerfile is an instruction or a comment. A line may go on after a backslash. */
export function parseDockerfile(directory, code) {
  const lines = code.replaceAll(/\\\n/g, '').split('\n')
  const wrong = lines.filter((line) => line !== '' && !line.startsWith('#') && !INSTRUCTION.test(line))
  if (wrong.length > 0) throw new Error(`not an instruction of a Dockerfile: ${wrong[0]}`)
}
