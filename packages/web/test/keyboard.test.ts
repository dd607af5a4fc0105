import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openStage, type Stage, type Visit, visit } from './stage.ts'
import { addAccount, addConnection, connectAccount, invite, openWindow, setUp } from './steps.ts'

let stage: Stage
let admin: Visit

before(async () => {
  stage = await openStage()
  admin = await visit(stage)
  await setUp(admin.page, stage)
  await addConnection(admin.page, stage, 'Company mail')
  await invite(admin.page, 'Ben')
})
after(() => stage[Symbol.asyncDispose]())

/** What has the focus, by the name that a screen reader would say. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement
    const labels = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.labels : null
    return (element?.getAttribute('aria-label') ?? labels?.[0]?.textContent ?? element?.textContent ?? '').trim()
  })

/** Tabs until what has the focus carries this name. */
async function reach(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = []
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    const now = await focused(page)
    if (name.test(now)) return
    passed.push(now.slice(0, 30))
  }
  assert.fail(`no way to ${name} by keyboard, but to ${passed.join(' | ')}`)
}

const focusIs = (page: Page, name: string) =>
  page.waitForFunction((wanted) => document.activeElement?.textContent?.trim() === wanted, name)

test('an account is connected with the keyboard alone, and the focus is never lost on the way', async () => {
  const { page, complaints } = admin
  const before = complaints.length
  await page.goto('/')
  await reach(page, /^Accounts$/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()
  await reach(page, /^Add account$/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Add an account' }).waitFor()
  await reach(page, /^E-mail address/)
  await page.keyboard.type('keys@sandbox.example')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Connect keys@sandbox.example' }).waitFor()
  await reach(page, /^Continue to/)
  const [opened] = await Promise.all([page.waitForEvent('popup'), page.keyboard.press('Enter')])
  await opened.getByRole('button', { name: 'Allow' }).waitFor()
  await page.getByText('Waiting for consent').first().waitFor()
  assert.equal(
    await page.evaluate(() => document.activeElement === document.body),
    false,
    'the button is gone, and the focus is not lost with it',
  )
  await opened.getByRole('button', { name: 'Allow' }).focus()
  await opened.keyboard.press('Enter')
  await page.getByText('keys@sandbox.example is connected').first().waitFor()
  await reach(page, /^Open the account$/)
  await page.keyboard.press('Enter')
  await page.locator('[data-state=ok]').first().waitFor()
  assert.deepEqual(complaints.slice(before), [])
})

test('each step of connecting is said by a region that was there before', async () => {
  const { page } = admin
  await addAccount(page, 'heard@sandbox.example')
  const regions = page.getByRole('main').getByRole('status')
  assert.deepEqual(await regions.allTextContents(), ['', ''], 'they are there, and say nothing so far')
  const heard = await page.getByRole('main').evaluateHandle((main) => {
    const said: string[] = []
    for (const element of main.querySelectorAll('[role=status]')) {
      new MutationObserver(() => {
        const text = element.textContent ?? ''
        if (text !== '' && text !== said.at(-1)) said.push(text)
      }).observe(element, { subtree: true, childList: true, characterData: true })
    }
    return said
  })
  const opened = await openWindow(page, /^Continue to/)
  await page.getByText('Waiting for consent').first().waitFor()
  await opened.getByRole('button', { name: 'Allow' }).click()
  await page.getByText('heard@sandbox.example is connected').first().waitFor()
  const said = await heard.jsonValue()
  // How many of the steps between are seen depends on how fast the provider is.
  assert.equal(said[0], 'Connecting: Waiting for consent')
  assert.match(said.at(-1) ?? '', /^heard@sandbox\.example is connected/)
  assert.equal(new Set(said).size, said.length, 'nothing is said twice')
})

test('a dialog keeps the focus inside, closes by Escape, and gives the focus back to what opened it', async () => {
  const { page } = admin
  const id = await connectAccount(page, 'dialog@sandbox.example')
  await page.goto(`/accounts/${id}`)
  await page.getByRole('button', { name: 'Remove' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  const inside = () => dialog.evaluate((element) => element.contains(document.activeElement))
  await page.waitForFunction(() => document.querySelector('[role=dialog]')?.contains(document.activeElement))
  assert.equal(await focused(page), 'Cancel', 'the way out comes first, where something cannot be taken back')
  for (let presses = 0; presses < 8; presses++) {
    await page.keyboard.press('Tab')
    assert.ok(await inside(), 'the focus stays in the dialog')
  }
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await focusIs(page, 'Remove')
})

test('a dialog that a menu opened gives the focus back to the menu', async () => {
  const { page } = admin
  await page.goto('/settings/people')
  const button = page.getByRole('button', { name: 'What to do with Ben' })
  await button.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Change' }).waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  await page.waitForFunction(() => document.querySelector('[role=dialog]')?.contains(document.activeElement))
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'What to do with Ben')
})

test('who wants less motion sees nothing move, and the first press of Tab leads past the menus', async () => {
  const { page, context } = await visit(stage, { reducedMotion: 'reduce' })
  await page.goto('/sign-in')
  await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor()
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((element) => parseFloat(getComputedStyle(element).transitionDuration) > 0)
      .map((element) => `${element.tagName} ${element.getAttribute('class')}`),
  )
  assert.deepEqual(moving, [])
  await context.close()
  await admin.page.goto('/accounts')
  await admin.page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()
  await admin.page.keyboard.press('Tab')
  assert.equal(await focused(admin.page), 'Skip to the content')
  await admin.page.keyboard.press('Enter')
  await admin.page.waitForFunction(() => document.activeElement?.id === 'content')
})
