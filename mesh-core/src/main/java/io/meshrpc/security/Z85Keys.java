package io.meshrpc.security;

import org.zeromq.ZMQ;

/** Reads keys as Z85. JeroMQ takes every character for some digit; this takes none that is not one. */
final class Z85Keys {
  static final int LENGTH = 40;
  private static final String DIGITS =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

  private Z85Keys() {}

  /** Never shows the key: one may take the secret one for the public one. */
  static byte[] decode(String what, String key) {
    if (key.length() != LENGTH) {
      throw new IllegalArgumentException("%s: %d characters (expected: %d characters of Z85)"
          .formatted(what, key.length(), LENGTH));
    }
    for (int i = 0; i < LENGTH; i++) {
      if (DIGITS.indexOf(key.charAt(i)) < 0) {
        throw new IllegalArgumentException(
            "%s: its character %d is no digit of Z85 (expected: %d digits)"
                .formatted(what, i + 1, LENGTH));
      }
    }
    byte[] bytes = ZMQ.Curve.z85Decode(key);
    if (!ZMQ.Curve.z85Encode(bytes).equals(key)) { // five digits that are more than 32 bits
      throw new IllegalArgumentException(
          what + ": its value is too large (expected: the Z85 of 32 bytes)");
    }
    return bytes;
  }

  /** A public key as it was given, once it is known to be one. */
  static String checkPublic(String what, String key) {
    decode(what, key);
    return key;
  }
}
