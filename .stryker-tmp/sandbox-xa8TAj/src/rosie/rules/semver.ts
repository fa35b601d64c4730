/** Semantic Versioning 2.0.0: the grammar of its section 2, 9 and 10, and the order of its section 11. */
// @ts-nocheck
function stryNS_9fa48() {
  var g = typeof globalThis === 'object' && globalThis && globalThis.Math === Math && globalThis || new Function("return this")();
  var ns = g.__stryker__ || (g.__stryker__ = {});
  if (ns.activeMutant === undefined && g.process && g.process.env && g.process.env.__STRYKER_ACTIVE_MUTANT__) {
    ns.activeMutant = g.process.env.__STRYKER_ACTIVE_MUTANT__;
  }
  function retrieveNS() {
    return ns;
  }
  stryNS_9fa48 = retrieveNS;
  return retrieveNS();
}
stryNS_9fa48();
function stryCov_9fa48() {
  var ns = stryNS_9fa48();
  var cov = ns.mutantCoverage || (ns.mutantCoverage = {
    static: {},
    perTest: {}
  });
  function cover() {
    var c = cov.static;
    if (ns.currentTestId) {
      c = cov.perTest[ns.currentTestId] = cov.perTest[ns.currentTestId] || {};
    }
    var a = arguments;
    for (var i = 0; i < a.length; i++) {
      c[a[i]] = (c[a[i]] || 0) + 1;
    }
  }
  stryCov_9fa48 = cover;
  cover.apply(null, arguments);
}
function stryMutAct_9fa48(id) {
  var ns = stryNS_9fa48();
  function isActive(id) {
    if (ns.activeMutant === id) {
      if (ns.hitCount !== void 0 && ++ns.hitCount > ns.hitLimit) {
        throw new Error('Stryker: Hit count limit reached (' + ns.hitCount + ')');
      }
      return true;
    }
    return false;
  }
  stryMutAct_9fa48 = isActive;
  return isActive(id);
}
const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
export const isVersion = stryMutAct_9fa48("35") ? () => undefined : (stryCov_9fa48("35"), (() => {
  const isVersion = (text: string): boolean => stryMutAct_9fa48("38") ? text.length <= 256 || VERSION.test(text) : stryMutAct_9fa48("37") ? false : stryMutAct_9fa48("36") ? true : (stryCov_9fa48("36", "37", "38"), (stryMutAct_9fa48("41") ? text.length > 256 : stryMutAct_9fa48("40") ? text.length < 256 : stryMutAct_9fa48("39") ? true : (stryCov_9fa48("39", "40", "41"), text.length <= 256)) && VERSION.test(text));
  return isVersion;
})());

/** Below, at or above zero as `a` precedes, equals or follows `b`. Both must be versions. Build metadata counts for nothing. */
export function compareVersions(a: string, b: string): number {
  if (stryMutAct_9fa48("42")) {
    {}
  } else {
    stryCov_9fa48("42");
    const [left, right] = stryMutAct_9fa48("43") ? [] : (stryCov_9fa48("43"), [parts(a), parts(b)]);
    for (let i = 0; stryMutAct_9fa48("46") ? i >= 3 : stryMutAct_9fa48("45") ? i <= 3 : stryMutAct_9fa48("44") ? false : (stryCov_9fa48("44", "45", "46"), i < 3); stryMutAct_9fa48("47") ? i-- : (stryCov_9fa48("47"), i++)) {
      if (stryMutAct_9fa48("48")) {
        {}
      } else {
        stryCov_9fa48("48");
        const difference = compareNumbers(stryMutAct_9fa48("49") ? left.numbers[i] && '0' : (stryCov_9fa48("49"), left.numbers[i] ?? '0'), stryMutAct_9fa48("51") ? right.numbers[i] && '0' : (stryCov_9fa48("51"), right.numbers[i] ?? '0'));
        if (stryMutAct_9fa48("55") ? difference === 0 : stryMutAct_9fa48("54") ? false : stryMutAct_9fa48("53") ? true : (stryCov_9fa48("53", "54", "55"), difference !== 0)) return difference;
      }
    }
    if (stryMutAct_9fa48("58") ? !left.prerelease && !right.prerelease : stryMutAct_9fa48("57") ? false : stryMutAct_9fa48("56") ? true : (stryCov_9fa48("56", "57", "58"), (stryMutAct_9fa48("59") ? left.prerelease : (stryCov_9fa48("59"), !left.prerelease)) || (stryMutAct_9fa48("60") ? right.prerelease : (stryCov_9fa48("60"), !right.prerelease)))) return stryMutAct_9fa48("61") ? Number(!left.prerelease) + Number(!right.prerelease) : (stryCov_9fa48("61"), Number(stryMutAct_9fa48("62") ? left.prerelease : (stryCov_9fa48("62"), !left.prerelease)) - Number(stryMutAct_9fa48("63") ? right.prerelease : (stryCov_9fa48("63"), !right.prerelease)));
    return comparePrereleases(left.prerelease.split('.'), right.prerelease.split('.'));
  }
}
function parts(version: string) {
  if (stryMutAct_9fa48("66")) {
    {}
  } else {
    stryCov_9fa48("66");
    const match = VERSION.exec(version);
    return {
      numbers: stryMutAct_9fa48("68") ? match?.slice(1, 4) && [] : (stryCov_9fa48("68"), (stryMutAct_9fa48("70") ? match.slice(1, 4) : stryMutAct_9fa48("69") ? match : (stryCov_9fa48("69", "70"), match?.slice(1, 4))) ?? (stryMutAct_9fa48("71") ? ["Stryker was here"] : (stryCov_9fa48("71"), []))),
      prerelease: stryMutAct_9fa48("72") ? match[4] : (stryCov_9fa48("72"), match?.[4])
    };
  }
}
function comparePrereleases(a: string[], b: string[]): number {
  if (stryMutAct_9fa48("73")) {
    {}
  } else {
    stryCov_9fa48("73");
    for (let i = 0; stryMutAct_9fa48("76") ? i >= Math.min(a.length, b.length) : stryMutAct_9fa48("75") ? i <= Math.min(a.length, b.length) : stryMutAct_9fa48("74") ? false : (stryCov_9fa48("74", "75", "76"), i < (stryMutAct_9fa48("77") ? Math.max(a.length, b.length) : (stryCov_9fa48("77"), Math.min(a.length, b.length)))); stryMutAct_9fa48("78") ? i-- : (stryCov_9fa48("78"), i++)) {
      if (stryMutAct_9fa48("79")) {
        {}
      } else {
        stryCov_9fa48("79");
        const [left, right] = stryMutAct_9fa48("80") ? [] : (stryCov_9fa48("80"), [stryMutAct_9fa48("81") ? a[i] && '' : (stryCov_9fa48("81"), a[i] ?? ''), stryMutAct_9fa48("83") ? b[i] && '' : (stryCov_9fa48("83"), b[i] ?? '')]);
        if (stryMutAct_9fa48("87") ? left !== right : stryMutAct_9fa48("86") ? false : stryMutAct_9fa48("85") ? true : (stryCov_9fa48("85", "86", "87"), left === right)) continue;
        const [leftNumeric, rightNumeric] = stryMutAct_9fa48("88") ? [] : (stryCov_9fa48("88"), [/^\d+$/.test(left), /^\d+$/.test(right)]);
        if (stryMutAct_9fa48("99") ? leftNumeric || rightNumeric : stryMutAct_9fa48("98") ? false : stryMutAct_9fa48("97") ? true : (stryCov_9fa48("97", "98", "99"), leftNumeric && rightNumeric)) return compareNumbers(left, right);
        if (stryMutAct_9fa48("102") ? leftNumeric === rightNumeric : stryMutAct_9fa48("101") ? false : stryMutAct_9fa48("100") ? true : (stryCov_9fa48("100", "101", "102"), leftNumeric !== rightNumeric)) return leftNumeric ? stryMutAct_9fa48("103") ? +1 : (stryCov_9fa48("103"), -1) : 1;
        return (stryMutAct_9fa48("107") ? left >= right : stryMutAct_9fa48("106") ? left <= right : stryMutAct_9fa48("105") ? false : stryMutAct_9fa48("104") ? true : (stryCov_9fa48("104", "105", "106", "107"), left < right)) ? stryMutAct_9fa48("108") ? +1 : (stryCov_9fa48("108"), -1) : 1;
      }
    }
    return stryMutAct_9fa48("109") ? a.length + b.length : (stryCov_9fa48("109"), a.length - b.length);
  }
}

/** Digits without leading zeros, of any length. */
const compareNumbers = stryMutAct_9fa48("110") ? () => undefined : (stryCov_9fa48("110"), (() => {
  const compareNumbers = (a: string, b: string): number => stryMutAct_9fa48("113") ? a.length - b.length && (a < b ? -1 : a > b ? 1 : 0) : stryMutAct_9fa48("112") ? false : stryMutAct_9fa48("111") ? true : (stryCov_9fa48("111", "112", "113"), (stryMutAct_9fa48("114") ? a.length + b.length : (stryCov_9fa48("114"), a.length - b.length)) || ((stryMutAct_9fa48("118") ? a >= b : stryMutAct_9fa48("117") ? a <= b : stryMutAct_9fa48("116") ? false : stryMutAct_9fa48("115") ? true : (stryCov_9fa48("115", "116", "117", "118"), a < b)) ? stryMutAct_9fa48("119") ? +1 : (stryCov_9fa48("119"), -1) : (stryMutAct_9fa48("123") ? a <= b : stryMutAct_9fa48("122") ? a >= b : stryMutAct_9fa48("121") ? false : stryMutAct_9fa48("120") ? true : (stryCov_9fa48("120", "121", "122", "123"), a > b)) ? 1 : 0));
  return compareNumbers;
})());