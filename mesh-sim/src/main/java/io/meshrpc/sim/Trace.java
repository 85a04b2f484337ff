package io.meshrpc.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What happened: the last lines as text for a reader, and a running hash over everything for a
 * comparison. Lines are kept as numbers and become text only when somebody asks.
 */
final class Trace {
  /** The kinds of lines. The first two numbers are a client and a server, or -1. */
  enum What {
    STARTED("call %3$d starts"),
    SENT("call %3$d is sent as attempt %4$d"),
    RAN("call %3$d runs, attempt %4$d"),
    RAN_OUT("call %3$d ran"),
    HANDLER("call %3$d, attempt %4$d"),
    ENDED("call %3$d ends"),
    FRAME_TO_SERVER("frame to the server, route %3$d, hash %4$x"),
    FRAME_TO_CLIENT("frame to the client, route %3$d, hash %4$x"),
    CONNECTED("route %3$d connected"),
    LOST("route %3$d lost"),
    REFUSED("route %3$d refused"),
    GONE("the server learns that its route %3$d is gone"),
    DROPPED("a frame of route %3$d is dropped"),
    MOVED("liveness"),
    BOOTED("boot %3$d"),
    DIED("boot %3$d ends"),
    FAULT("fault"),
    PHASE("phase");

    private final String text;

    What(String text) {
      this.text = text;
    }
  }

  private static final int LINES = 256; // a power of two
  private static final int NUMBERS = 5;
  private static final What[] KINDS = What.values();

  private final long[] numbers = new long[LINES * NUMBERS];
  private final byte[] kinds = new byte[LINES];
  private final @Nullable String[] texts = new String[LINES];
  private long count;
  private long hash = 0xcbf29ce484222325L;

  /** Adds a line. */
  void add(
      long atNs, What what, int client, int server, long one, long other, @Nullable String text) {
    int index = (int) (count++ & (LINES - 1));
    int at = index * NUMBERS;
    numbers[at] = atNs;
    numbers[at + 1] = client;
    numbers[at + 2] = server;
    numbers[at + 3] = one;
    numbers[at + 4] = other;
    kinds[index] = (byte) what.ordinal();
    texts[index] = text;
    long sum = mix(hash ^ atNs);
    sum = mix(sum ^ ((long) what.ordinal() << 56) ^ ((long) client << 28) ^ server);
    sum = mix(sum ^ one);
    sum = mix(sum ^ other);
    hash = text == null ? sum : mix(sum ^ text.hashCode());
  }

  /** The hash over all lines so far. */
  long hash() {
    return hash;
  }

  /** The last lines, the oldest first. */
  List<String> tail() {
    return tail(
        client -> client < 0 ? "   " : "c%-2d".formatted(client),
        server -> server < 0 ? "    " : " s%-2d".formatted(server));
  }

  /** The last lines, with these names of clients and servers; they are asked for -1, too. */
  List<String> tail(IntFunction<String> clientName, IntFunction<String> serverName) {
    List<String> lines = new ArrayList<>();
    for (long i = Math.max(0, count - LINES); i < count; i++) {
      lines.add(line((int) (i & (LINES - 1)), clientName, serverName));
    }
    return lines;
  }

  private String line(int index, IntFunction<String> clientName, IntFunction<String> serverName) {
    int at = index * NUMBERS;
    long client = numbers[at + 1];
    long server = numbers[at + 2];
    String who = clientName.apply((int) client) + serverName.apply((int) server);
    String what =
        KINDS[kinds[index]].text.formatted(client, server, numbers[at + 3], numbers[at + 4]);
    String text = texts[index];
    return "%12.6f %s %s%s"
        .formatted(numbers[at] / 1e9, who, what, text == null ? "" : ": " + text);
  }

  static long mix(long value) {
    long z = (value ^ (value >>> 32)) * 0x9E3779B97F4A7C15L;
    return z ^ (z >>> 29);
  }
}
