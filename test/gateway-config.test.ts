import { describe, expect, it } from 'vitest';
import { ConfigError, describeSettings, readConfig, SETTINGS } from '../gateway/config.ts';

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('settings', () => {
  it('have a default each, where they can', () => {
    expect(readConfig({})).toMatchObject({ port: 3000, host: null, dataDir: '.data', publicUrl: null, workspace: 'demo', allowedOrigins: null, ownerPassword: null, trustProxy: [], rateVisitorMessages: { burst: 30, perSecond: 5 } });
  });

  it('are read from the environment', () => {
    const config = readConfig({
      PORT: '0', PUBLIC_URL: 'https://chat.example.com', MIRADESK_ALLOWED_ORIGINS: 'https://shop.example, https://*.shop.example', TRUST_PROXY: '10.0.0.0/8,::1', RATE_HTTP: '5/0.25', UNKNOWN: 'x',
    });
    expect(config.publicUrl?.origin).toBe('https://chat.example.com');
    expect(config).toMatchObject({ port: 0, allowedOrigins: ['https://shop.example', 'https://*.shop.example'], trustProxy: ['10.0.0.0/8', '::1'], rateHttp: { burst: 5, perSecond: 0.25 } });
  });

  it('that are empty count as not set', () => {
    expect(readConfig({ PORT: '', PUBLIC_URL: '' })).toMatchObject({ port: 3000, publicUrl: null });
  });

  it('that are wrong are all told at once, with name, value and what is wanted', () => {
    expect(problemsOf({ PORT: '99999', LOG_LEVEL: 'loud', RATE_HTTP: 'fast' })).toEqual([
      'PORT is "99999"; it wants a whole number from 0 to 65535.',
      'LOG_LEVEL is "loud"; it wants one of fatal, error, warn, info, debug, trace, silent.',
      'RATE_HTTP is "fast"; it wants BURST/PER_SECOND, such as 30/5.',
    ]);
  });

  it('that say where the data is must name one place, and all of it', () => {
    const supabase = { SUPABASE_URL: 'https://x.supabase.co', SUPABASE_SECRET_KEY: 'sb_secret_x' };
    expect(problemsOf(supabase)).toEqual([]);
    expect(problemsOf({ DATABASE_URL: 'postgresql://localhost/x' })).toEqual([]);
    expect(problemsOf({ ...supabase, DATABASE_URL: 'postgresql://localhost/x' })).toEqual([expect.stringContaining('DATABASE_URL and SUPABASE_URL are both set')]);
    expect(problemsOf({ SUPABASE_URL: supabase.SUPABASE_URL })).toEqual(['SUPABASE_URL is set, but SUPABASE_SECRET_KEY is not; both are needed.']);
    expect(problemsOf({ SUPABASE_SECRET_KEY: supabase.SUPABASE_SECRET_KEY })).toEqual(['SUPABASE_SECRET_KEY is set, but SUPABASE_URL is not; both are needed.']);
  });

  it('of Redis want a database that gateways can share', () => {
    expect(problemsOf({ REDIS_URL: 'redis://localhost:6379' })).toEqual([expect.stringMatching(/^REDIS_URL is set, but neither DATABASE_URL nor SUPABASE_URL is/)]);
    for (const REDIS_URL of ['redis://localhost', 'rediss://user:secret@redis.example:6380/2', 'redis://:secret@localhost/0']) {
      expect(problemsOf({ REDIS_URL, DATABASE_URL: 'postgresql://localhost/x' }), REDIS_URL).toEqual([]);
    }
    for (const REDIS_URL of ['localhost:6379', 'http://localhost', 'redis://localhost/name', 'redis://:secret@localhost/0/1']) {
      expect(problemsOf({ REDIS_URL, DATABASE_URL: 'postgresql://localhost/x' }), REDIS_URL).toEqual([expect.stringMatching(/^REDIS_URL is not right; it wants an address such as redis:/)]);
    }
  });

  it('that are secret are not repeated', () => {
    expect(problemsOf({ DATABASE_URL: 'mysql://user:secret@localhost/x' })).toEqual([expect.stringMatching(/^DATABASE_URL is not right; it wants an address such as postgresql:/)]);
    expect(problemsOf({ MIRADESK_OWNER_PASSWORD: 'short' })).toEqual(['MIRADESK_OWNER_PASSWORD is not right; it wants from 8 to 1000 characters.']);
  });

  const wrong: Array<[keyof typeof SETTINGS, string[]]> = [
    ['port', ['-1', '3.5', 'http', '1e3', ' 80']],
    ['publicUrl', ['chat.example.com', 'ftp://chat.example.com', 'https://chat.example.com/path', 'https://chat.example.com/?a=b']],
    ['ownerEmail', ['olive', 'olive@', '@example.com']],
    ['workspace', ['Demo', 'a b', '../x', '-demo', 'x'.repeat(65)]],
    ['allowedOrigins', ['shop.example', 'https://shop.example/', ',', 'https://*']],
    ['trustProxy', ['yes', '1', '10.0.0.0/33', '10.0.0.1/8/8', 'example.com', '::1/129']],
    ['rateConnections', ['30', '30/', '0/5', '30/0', '-1/5', '30/5/5', '1e9/1']],
    ['databaseUrl', ['mysql://localhost/x', 'localhost:5432', 'postgresql://localhost/x?sslmode=always', 'https://localhost']],
    ['databasePool', ['0', 'many']],
    ['databasePrepare', ['yes', 'true', 'ON']],
    ['sessionDays', ['0', '366', 'week']],
    ['pingIntervalMs', ['10', 'never']],
  ];
  for (const [key, values] of wrong) {
    it(`${SETTINGS[key].name} takes nothing else`, () => {
      for (const value of values) expect([value, problemsOf({ [SETTINGS[key].name]: value }).length]).toEqual([value, 1]);
    });
  }

  it('are each described by --help', () => {
    const help = describeSettings();
    for (const { name, sentence, default: standard } of Object.values(SETTINGS)) {
      expect(help).toContain(`  ${name} `);
      expect(help).toContain(`${sentence}${standard ? ` Default: ${standard}` : ''}`);
    }
  });
});
