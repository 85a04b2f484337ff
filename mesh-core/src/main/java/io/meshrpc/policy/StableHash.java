package io.meshrpc.policy;

/** Hashes of 64 bits that are the same in every process and version: they decide who goes where. */
final class StableHash {
  private StableHash() {}

  /** Of a text: FNV-1a over its UTF-16 units, then mixed. */
  static long of(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return mix(hash);
  }

  /** Of a pair of hashes; the order counts. */
  static long of(long one, long other) {
    return mix(31 * one + other);
  }

  /** Each bit of the input moves each bit of the result half the time (the finish of MurmurHash3). */
  private static long mix(long bits) {
    long mixed = (bits ^ (bits >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }
}
