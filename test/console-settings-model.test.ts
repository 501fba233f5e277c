import { describe, expect, it } from 'vitest';
import { changeOf, formOf, originsOf, problemsIn, problemsOf, type SettingsForm } from '../console/settings-model.ts';
import { WidgetSettings } from '../shared/settings.ts';

const answer = {
  workspace: { id: 'demo', name: 'Demo', settings: WidgetSettings.parse({}), allowedOrigins: ['https://shop.example', 'https://*.shop.example'] },
  snippet: '<script></script>',
};
const form = (change: Partial<SettingsForm> = {}): SettingsForm => ({ ...formOf(answer), ...change });

describe('the settings form', () => {
  it('sends what it was filled with when nothing was changed', () => {
    const { name, settings, allowedOrigins } = answer.workspace;
    expect(changeOf(form())).toEqual({ name, settings, allowedOrigins });
    expect(problemsOf(form())).toEqual({});
  });

  it('says what is wrong, field by field', () => {
    expect(Object.keys(problemsOf(form({ name: ' ', teamName: '', greeting: 'x'.repeat(501), replyTime: 'x'.repeat(121), color: 'green', origins: '' }))).toSorted())
      .toEqual(['color', 'greeting', 'name', 'origins', 'replyTime', 'teamName']);
    expect(problemsOf(form({ greeting: '', replyTime: '' }))).toEqual({});
  });

  it('refuses nothing the gateway would store, and lets nothing through it would refuse', () => {
    const tries: Array<Partial<SettingsForm>> = [
      {}, { teamName: 'x'.repeat(80) }, { teamName: 'x'.repeat(81) }, { teamName: '  ' }, { greeting: ` ${'x'.repeat(500)} ` }, { greeting: 'x'.repeat(501) },
      { replyTime: 'x'.repeat(120) }, { replyTime: 'x'.repeat(121) }, { color: '#ABCDEF' }, { color: '#abcde' }, { color: 'abcdef' },
    ];
    for (const change of tries) {
      expect(Object.keys(problemsOf(form(change))).length === 0, JSON.stringify(change)).toBe(WidgetSettings.safeParse(form(change)).success);
    }
  });

  it('takes websites as people write them: one a line, with a path, twice', () => {
    expect(originsOf(' https://Shop.example/cart?x=1 \n\nhttps://shop.example, http://localhost:8080/\nhttps://*.Shop.example/\n*')).toEqual(['https://shop.example', 'http://localhost:8080', 'https://*.shop.example', '*']);
  });

  it('names the line that is no website', () => {
    expect(problemsOf(form({ origins: 'https://ok.example\nshop.example' })).origins).toContain('shop.example');
    expect(problemsOf(form({ origins: 'ftp://files.example' })).origins).toContain('ftp://files.example');
    expect(problemsOf(form({ origins: 'https://sh*p.example' })).origins).toBeDefined();
    expect(problemsOf(form({ origins: Array.from({ length: 101 }, (_, index) => `https://s${index}.example`).join('\n') })).origins).toContain('100');
  });

  it('shows the fields the gateway names', () => {
    expect(Object.keys(problemsIn({ fields: ['settings.color', 'allowedOrigins.2', 'name', 'teamName', 'nonsense'] })).toSorted()).toEqual(['color', 'name', 'origins', 'teamName']);
    expect(problemsIn(undefined)).toEqual({});
    expect(problemsIn({ fields: 'name' })).toEqual({});
  });
});
