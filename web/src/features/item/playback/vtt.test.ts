import { describe, expect, test } from 'vitest';
import { cueAt, parseVtt, plainText, spriteParts } from './vtt';

describe('captions', () => {
  test('cues come in order, whatever stands around them', () => {
    const text =
      'WEBVTT - made by\r\n\r\nNOTE a note\r\n\r\n2\r\n01:00:02.500 --> 01:00:03.000 align:left\r\nlater\r\n\r\n' +
      '1\r\n00:01.000 --> 00:02.000\r\none\r\ntwo\r\n\r\nno time here\r\n';
    expect(parseVtt(text)).toEqual([
      { start: 1, end: 2, text: 'one\ntwo' },
      { start: 3602.5, end: 3603, text: 'later' },
    ]);
    expect(parseVtt('<html>')).toEqual([]);
  });

  test('the newest of those that last is shown, and nothing between', () => {
    const cues = [
      { start: 1, end: 5, text: 'a' },
      { start: 2, end: 3, text: 'b' },
    ];
    expect([0, 1, 2, 2.99, 3, 5].map((time) => cueAt(cues, time)?.text)).toEqual([
      undefined,
      'a',
      'b',
      'b',
      'a',
      undefined,
    ]);
  });

  test('markup is not read out', () => {
    expect(plainText('<v Ada><i>a &lt; b</i> &amp;lt;')).toBe('a < b &lt;');
  });
});

test('a place in a picture is told from the address of the text', () => {
  const text = 'WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nsprite#xywh=160,90,160,90\n\n00:01.000 --> 00:02.000\nwords\n';
  expect(spriteParts(text, 'http://here/sub/media/7/sprite.vtt')).toEqual([
    { start: 0, end: 1, url: 'http://here/sub/media/7/sprite', x: 160, y: 90, width: 160, height: 90 },
  ]);
});
