import { describe, expect, it } from 'vitest';
import { isLei, looksLikeLei } from '../../../src/agreements/table-a3/lei.ts';

const ISSUED = `BFXS5XCH7N0Y05NIXW11 549300FIFV1CB6HD9A14 9DJT3UXIJIZJI4WXO774 EQYXK86SF381Q21S3020 B4TYDEB6GKMZO031MB27
NQQ6HPCNCCU6TUTQYE16 HPFHU0OQ28E4N0NFVK49 WFLLPEPC7FZXENRZV188 G5GSEF7VJP5I7OUK5573 R0MUWSFPU8MPRO8K5P83
549300QVEGJN81E8T563 4EP6JBYBTPTQ47LZOB67 N1FBEDJ5J41VKZLO2475 E57ODZWZ7FF32TWEFA76 549300PSHWOM1D1JVL23
6SHGI4ZSSLCXXQSBB395 851WYGNLUQLFZBSYGB56 7LTWFZYICNSX8D621K86 6X064LF7Y6B4DKF2GZ26 FOR8UP27PHTHYVLBNG30
KD3XUN7C6T14HNAYLU02 784F5XWPLTWKTBV3E584 MP6I5ZYZBEU3UXPYFY54 3TK20IVIUJ8J3ZU0QE75 549300NYKK9MWM7GGW15
549300ZK53CNGEEI6A29 K6Q0W1PS1L1O4IQL9C32 8I5DZWZKVSZI1NUHU748 7H6GLXDRUGQFU57RNE97 IGJSJL3JD5P30I6NJZ34
4PQUHN3JPFGFNF3BB653 9R7GPTSO7KV3UQJZQ078 RR3QWICWWIPCS8A4S074 ES7IP3U3RHIGC71XBU11 O2RNE8IBXP4R0TD8PU41
RILFO74KP1CM8P6PCT96 5493003GCX71N8988W38 571474TGEMMWANRLN572 549300ZFEEJ2IP5VME73 BFM8T61CT2L1QCEMIK50
PBLD0EJDB5FWOLXP3B76 KB1H1DSPRFMYMCUFXT09 OT19FZZ6Z7A27CCLDY33 213800O66553ESU7RD35`.split(/\s+/);

describe('isLei', () => {
  it.each(ISSUED)('accepts the issued LEI %s', (lei) => {
    expect(isLei(lei)).toBe(true);
  });

  it.each([
    ['wrong in public data', '222100OW6UHQXNHKQ143'],
    ['last digits swapped', '7H6GLXDRUGQFU57RNE79'],
    ['00, which the remainder takes for 97', '7H6GLXDRUGQFU57RNE00'],
    ['letters as check digits', '7H6GLXDRUGQFU57RNEA7'],
    ['too short', '7H6GLXDRUGQFU57RN97'],
    ['another script', '7H6GLXDRUGQFU57RNE９７'],
  ])('refuses a code that is %s', (_what, code) => {
    expect(isLei(code)).toBe(false);
  });

  it('refuses check digits 00, 01 and 99 whatever stands before them', () => {
    for (let i = 0; i < 5_000; i += 1) {
      const body = `${i}`.padStart(18, '0');
      for (const digits of ['00', '01', '99']) expect(isLei(body + digits)).toBe(false);
    }
  });

  it('finds exactly one pair of check digits for any 18 characters', () => {
    for (const lei of ISSUED) {
      const right = Array.from({ length: 100 }, (_, i) => lei.slice(0, 18) + `${i}`.padStart(2, '0')).filter(isLei);
      expect(right).toEqual([lei]);
    }
  });
});

describe('looksLikeLei', () => {
  it('goes by exactly 20 letters and digits', () => {
    expect(looksLikeLei('kd3xun7c6t14hnaylu02')).toBe(true);
    expect(looksLikeLei('KD3XUN7C6T14HNAYLU0')).toBe(false);
    expect(looksLikeLei('KD3XUN7C6T14HNAYLU-2')).toBe(false);
    expect(looksLikeLei('KD3XUN7C6T14HNAYLUÉ2')).toBe(false);
  });
});
