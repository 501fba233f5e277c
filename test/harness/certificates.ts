/**
 * A certificate authority for a test, and a certificate of it for 127.0.0.1. Node makes keys and signs but writes no certificates, so they are put
 * together here: X.509 in DER, no more of it than TLS needs.
 */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

export interface Certificates {
  /** PEM. */
  authority: string;
  certificate: string;
  key: string;
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts);
const octets = (content: Buffer): Buffer => der(0x04, content);
const bits = (content: Buffer): Buffer => der(0x03, Buffer.from([0]), content);
const id = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const TRUE = der(0x01, Buffer.from([0xff]));

/** 2.5.4.3 */
const named = (name: string): Buffer => sequence(der(0x31, sequence(id('550403'), der(0x0c, Buffer.from(name)))));
/** 1.2.840.10045.4.3.2 */
const ECDSA_SHA256 = sequence(id('2a8648ce3d040302'));
/** 2.5.29.19, critical: it may vouch for others. */
const IS_AUTHORITY = sequence(id('551d13'), TRUE, octets(sequence(TRUE)));
/** 2.5.29.17: the address it is for. */
const FOR_LOOPBACK = sequence(id('551d11'), octets(sequence(der(0x87, Buffer.from([127, 0, 0, 1])))));

function time(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`));
}

function certificate(serial: number, subject: string, publicKey: KeyObject, issuer: string, issuerKey: KeyObject, extension: Buffer): string {
  const now = Date.now();
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), der(0x02, Buffer.from([serial])), ECDSA_SHA256, named(issuer),
    sequence(time(new Date(now - 86_400_000)), time(new Date(now + 86_400_000))),
    named(subject), publicKey.export({ type: 'spki', format: 'der' }), der(0xa3, sequence(extension)),
  );
  const base64 = sequence(content, ECDSA_SHA256, bits(sign('sha256', content, issuerKey))).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
}

export function makeCertificates(): Certificates {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    authority: certificate(1, 'Test authority', authority.publicKey, 'Test authority', authority.privateKey, IS_AUTHORITY),
    certificate: certificate(2, 'Test server', server.publicKey, 'Test authority', authority.privateKey, FOR_LOOPBACK),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
