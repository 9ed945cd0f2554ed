/** The report page as people get it: in a real browser, from a server that sees every request. */
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { renderReportPage } from '../../lib/core/report-page.ts';
import { HOSTILE_KEYS, REPORTS } from '../core/report-samples.ts';

type Status = keyof typeof REPORTS;

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const missing = !existsSync(executablePath);
if (missing && process.env['CI'] !== undefined)
  throw new Error(`CI needs Chromium; none at ${executablePath}`);

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

describe.skipIf(missing)(`the report page in a browser (${executablePath})`, () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  /** Everything the server was asked for, and everything the page asked of anybody. */
  let served: string[] = [];
  let asked: string[] = [];
  let surprises: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      served.push(request.url ?? '');
      const report = REPORTS[(request.url ?? '/').slice(1) as Status];
      response.writeHead(200, { 'content-type': 'text/html' }).end(renderReportPage(report));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({ executablePath, args: FLAGS, headless: true });
  });

  afterAll(async () => {
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
  });

  afterEach(() => page.context().close());

  async function open(status: Status, options: BrowserContextOptions = {}): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 1000, height: 900 }, ...options });
    page = await context.newPage();
    [served, asked, surprises] = [[], [], []];
    page.on('request', (request) => asked.push(request.url()));
    page.on('dialog', (dialog) => {
      surprises.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => surprises.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => surprises.push(`error: ${error.message}`));
    await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/${status}`);
  }

  /** In-page code is text: these files are compiled without the DOM's types. */
  function inPage<T>(script: string): Promise<T> {
    return page.evaluate<T>(script);
  }

  async function luminance(selector: string, property: 'color' | 'backgroundColor'): Promise<number> {
    const colour = await inPage<string>(
      `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${property}`,
    );
    const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map((one) => {
      const part = Number(one) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  /** WCAG 2 contrast of an element's text on its background, from computed colours. */
  async function contrastOf(text: string, background: string): Promise<number> {
    const front = await luminance(text, 'color');
    const back = await luminance(background, 'backgroundColor');
    return (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
  }

  const openAll = () => inPage('document.querySelectorAll("details").forEach((one) => { one.open = true; })');

  const BANNERS: readonly [Status, string, RegExp][] = [
    ['planning', 'Listing and copying', /^rgb\(11, 85, 159\)$/],
    ['running', 'Copying', /^rgb\(11, 85, 159\)$/],
    ['paused', 'Paused', /^rgb\(255, 210, 77\)$/],
    ['cancelled', 'Cancelled', /^rgb\(255, 210, 77\)$/],
    ['succeeded', 'Succeeded', /^rgb\(20, 105, 47\)$/],
    ['completed_with_failures', 'Completed with failures', /^rgb\(255, 210, 77\)$/],
    ['failed', 'Failed', /^rgb\(166, 27, 27\)$/],
  ];

  it.each(BANNERS)(
    'says %s in words and colour, readable in light and dark',
    async (status, word, colour) => {
      await open(status);
      expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(word);
      expect(await page.title()).toBe(`${word}: photos-2026 (oss2cos)`);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await inPage('getComputedStyle(document.querySelector(".banner")).backgroundColor')).toMatch(
          colour,
        );
        expect(await contrastOf('h1', '.banner')).toBeGreaterThan(4.5);
        expect(await contrastOf('td small', 'section')).toBeGreaterThan(4.5);
      }
    },
  );

  it('runs no script of a hostile key and asks nobody for anything', async () => {
    await open('completed_with_failures');
    await openAll();
    await inPage('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
    expect(surprises).toEqual([]);
    expect(served).toEqual(['/completed_with_failures']);
    expect(asked.filter((url) => !url.startsWith('data:'))).toHaveLength(1);
    expect(await page.locator('script, img, iframe, object, form, a').count()).toBe(0);
    expect(await page.locator('style').count()).toBe(1);
  });

  it('opens samples by keyboard and shows every key as text', async () => {
    await open('completed_with_failures');
    const samples = page.locator('details').first();
    const key = samples.locator('li').first().locator('.foreign').first();
    expect(await key.isVisible()).toBe(false);
    await samples.locator('summary').press('Enter');
    expect(await key.isVisible()).toBe(true);
    const shown = await samples.locator('li > p:first-child .foreign').allTextContents();
    expect(shown).toEqual([
      ...HOSTILE_KEYS.slice(0, 3),
      '2024/\\u0007bell\\u0000nul\\u001b[31mred\\u000d\\u000aline',
      '2024/\\u202egpj.exe\\u2066isolate\\u2069 \\u200e',
    ]);
  });

  it.each(Object.keys(REPORTS) as Status[])('fits a phone of 360 pixels: %s', async (status) => {
    await open(status, { viewport: { width: 360, height: 740 } });
    await openAll();
    expect(await inPage('document.documentElement.scrollWidth')).toBe(360);
    const beyond = await inPage(
      `[...document.querySelectorAll("main *")]
        .filter((one) => one.getBoundingClientRect().right > one.closest("main").getBoundingClientRect().right - 15.5)
        .map((one) => one.outerHTML.slice(0, 80))`,
    );
    expect(beyond).toEqual([]);
  });

  it('tells assistive technology how far it is', async () => {
    await open('running');
    const bars = page.getByRole('progressbar');
    const values = await Promise.all((await bars.all()).map((bar) => bar.getAttribute('aria-valuenow')));
    expect(values).toEqual(['54', '54']);
    expect(await page.getByRole('columnheader').allInnerTexts()).toEqual(['Outcome', 'Objects', 'Size']);
    expect(await page.getByRole('rowheader').allInnerTexts()).toEqual([
      'Copied',
      'Skipped',
      'Failed',
      'Pending',
      'Total',
    ]);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });

  it('prints the samples too', async () => {
    await open('completed_with_failures');
    await page.emulateMedia({ media: 'print' });
    const heights = await inPage<number[]>(
      '[...document.querySelectorAll("details li")].map((one) => one.getBoundingClientRect().height)',
    );
    expect(heights.length).toBeGreaterThan(5);
    expect(Math.min(...heights)).toBeGreaterThan(10);
  });
});
