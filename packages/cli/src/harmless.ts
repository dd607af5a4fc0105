// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]+/g
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/**
 * The text without what steers a terminal, or turns the direction of what follows so that it reads as something else. Line
 * ends and tabs stay.
 */
export function harmless(text: string): string {
  return text.replace(CONTROL, ' ').replace(TURNING, '')
}

/** The text on one line: a name or a value from elsewhere must not look like a line of ours. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n\u0085\u2028\u2029]+/g, ' ')
}

/** JSON that means the same, with these characters written as numbers. */
export function harmlessJson(json: string): string {
  // What is below U+0020 JSON has written so by itself; its own line ends are outside of texts.
  return json.replace(/[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
