import { describe, expect, it } from 'vitest';
import { createClientAddress } from '../gateway/client-address.ts';

const arrived = (remoteAddress: string, headers: Record<string, string | string[]> = {}) => ({ headers, socket: { remoteAddress } });

describe('the address a request is counted under', () => {
  it('is the peer\'s when no proxy is trusted, whatever the headers say', () => {
    const { keyOf, hostOf } = createClientAddress([]);
    expect(keyOf(arrived('203.0.113.7', { 'x-forwarded-for': '10.0.0.1' }))).toBe('203.0.113.7');
    expect(keyOf(arrived('::ffff:203.0.113.7'))).toBe('203.0.113.7');
    expect(hostOf(arrived('203.0.113.7', { host: 'a.example', 'x-forwarded-host': 'evil.example' }))).toBe('a.example');
  });

  it('is the first that is no proxy of ours, seen from us', () => {
    const { keyOf } = createClientAddress(['10.0.0.0/8', '2001:db8:ffff::/48', '192.0.2.1']);
    expect(keyOf(arrived('10.0.0.5', { 'x-forwarded-for': '203.0.113.7' }))).toBe('203.0.113.7');
    expect(keyOf(arrived('10.0.0.5', { 'x-forwarded-for': '1.1.1.1, 203.0.113.7, 10.2.3.4, 192.0.2.1' }))).toBe('203.0.113.7');
    expect(keyOf(arrived('10.0.0.5', { 'x-forwarded-for': ['1.1.1.1', '203.0.113.7'] }))).toBe('203.0.113.7');
    expect(keyOf(arrived('2001:db8:ffff::1', { 'x-forwarded-for': '203.0.113.7' }))).toBe('203.0.113.7');
    expect(keyOf(arrived('::ffff:10.0.0.5', { 'x-forwarded-for': '203.0.113.7' }))).toBe('203.0.113.7');
    expect(keyOf(arrived('203.0.113.9', { 'x-forwarded-for': '203.0.113.7' }))).toBe('203.0.113.9');
  });

  it('is the farthest one known when all are ours, and the proxy\'s when it says nothing or nonsense', () => {
    const { keyOf } = createClientAddress(['10.0.0.0/8']);
    expect(keyOf(arrived('10.0.0.5', { 'x-forwarded-for': '10.0.0.9, 10.0.0.8' }))).toBe('10.0.0.9');
    expect(keyOf(arrived('10.0.0.5'))).toBe('10.0.0.5');
    expect(keyOf(arrived('10.0.0.5', { 'x-forwarded-for': "unknown, '; drop table" }))).toBe('10.0.0.5');
  });

  it('is a /64 with IPv6: one customer has all of it', () => {
    const { keyOf } = createClientAddress([]);
    expect(keyOf(arrived('2001:db8:1:2:3:4:5:6'))).toBe(keyOf(arrived('2001:db8:1:2:ffff::1')));
    expect(keyOf(arrived('2001:db8:1:2::1'))).not.toBe(keyOf(arrived('2001:db8:1:3::1')));
  });

  it('comes with the host the proxy was asked for', () => {
    const { hostOf, trusts } = createClientAddress(['10.0.0.5']);
    expect(hostOf(arrived('10.0.0.5', { host: 'inner:3000', 'x-forwarded-host': 'chat.example' }))).toBe('chat.example');
    expect(hostOf(arrived('10.0.0.5', { host: 'inner:3000' }))).toBe('inner:3000');
    expect([trusts('10.0.0.5'), trusts('10.0.0.6'), trusts('nonsense')]).toEqual([true, false, false]);
  });
});
