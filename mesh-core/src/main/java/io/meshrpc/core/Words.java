package io.meshrpc.core;

/** Somebody else's words, before they stand in a reason, a log or a list of servers. */
public final class Words {
  private static final int LENGTH_MAX = 300;

  private Words() {}

  /** One line of them, and not more than a few hundred characters. */
  public static String line(String text) {
    boolean isLong = text.length() > LENGTH_MAX;
    String some = isLong ? text.substring(0, LENGTH_MAX) + "\u2026" : text;
    return some.replaceAll("\\p{Cc}+", " ");
  }
}
