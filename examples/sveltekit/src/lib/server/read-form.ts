// What a form has sent, or why it cannot be read.

const MAXIMUM_BYTES = 500_000
const FORM = /^(multipart\/form-data|application\/x-www-form-urlencoded)\s*(;|$)/i

export class Unreadable extends Error {
  /** 400: broken; 413: too large; 415: no form */
  constructor(readonly status: 400 | 413 | 415) {
    super(`unreadable form: ${status}`)
  }
}

export async function readForm(request: Request): Promise<FormData> {
  const type = request.headers.get('content-type') ?? ''
  if (!FORM.test(type)) throw new Unreadable(415)
  const body = await readBody(request)
  try {
    // Left to itself the parser would put a mark in place of what is no UTF-8. No form here sends a file.
    const sent = new TextDecoder('utf-8', { fatal: true }).decode(body)
    const text = /^application/i.test(type) ? decodeURIComponent(sent) : sent
    // which no text in the database can hold
    if (text.includes('\0')) throw new Unreadable(400)
    return await new Response(body, { headers: { 'Content-Type': type } }).formData()
  } catch {
    throw new Unreadable(400)
  }
}

// Read to its end also if it is too large, and then not kept: who is still sending hears no answer.
export async function readBody(request: Request): Promise<ArrayBuffer> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  const isTooLarge = () => Math.max(size, Number(request.headers.get('content-length'))) > MAXIMUM_BYTES
  const reader = request.body?.getReader()
  while (reader) {
    // the framework may have a limit of its own
    const { done, value } = await reader.read().catch(() => { throw new Unreadable(isTooLarge() ? 413 : 400) })
    if (done) break
    size += value.length
    if (!isTooLarge()) parts.push(value)
  }
  if (isTooLarge()) throw new Unreadable(413)
  return new Blob(parts).arrayBuffer()
}

/** What was entered; nothing where the field is missing, or is a file */
export function readText(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}
