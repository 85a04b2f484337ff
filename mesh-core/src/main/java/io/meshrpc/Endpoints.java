package io.meshrpc;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks addresses where they are given, so that the mistake shows at its place. */
final class Endpoints {
  private static final Pattern FORM =
      Pattern.compile("tcp://(\\[[0-9a-fA-F:.]+]|[^:/\\[\\]\\s;,@]+):(\\*|\\d{1,5})");

  private Endpoints() {}

  static void checkConnect(String endpoint) {
    int port = port(endpoint, "tcp://host:port");
    if (port < 1) {
      throw new IllegalArgumentException(
          "endpoint: " + endpoint + " (expected: a port from 1 to 65535)");
    }
    if (endpoint.startsWith("tcp://*:")) {
      throw new IllegalArgumentException(
          "endpoint: " + endpoint + " (expected: a host to connect to)");
    }
  }

  static void checkBind(String endpoint) {
    port(endpoint, "tcp://host:port, tcp://*:port or tcp://host:*");
  }

  /** The host of an endpoint that was checked; without brackets. */
  static String host(String endpoint) {
    Matcher parts = FORM.matcher(endpoint);
    return parts.matches() ? parts.group(1).replaceAll("[\\[\\]]", "") : endpoint;
  }

  private static int port(String endpoint, String form) {
    Matcher parts = FORM.matcher(Objects.requireNonNull(endpoint, "endpoint"));
    if (!parts.matches()) {
      throw new IllegalArgumentException("endpoint: " + endpoint + " (expected: " + form + ")");
    }
    int port = parts.group(2).equals("*") ? 0 : Integer.parseInt(parts.group(2));
    if (port > 65535) {
      throw new IllegalArgumentException(
          "endpoint: " + endpoint + " (expected: a port from 1 to 65535)");
    }
    return port;
  }
}
