package io.meshrpc.protoc;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import javax.lang.model.SourceVersion;

/**
 * Gives the methods of one service their Java names. The first in the file keeps its name; a later
 * one that would clash, with it or with a name that is taken anyway, gets trailing underscores.
 */
final class MethodNames {
  private final Set<String> methods = new HashSet<>(Set.of(
      "clone",
      "equals",
      "finalize",
      "getClass",
      "hashCode",
      "notify",
      "notifyAll",
      "toString",
      "wait",
      "withDeadline",
      "withOptions",
      "yield"));
  private final Set<String> constants = new HashSet<>(Set.of("DESCRIPTOR", "SERVICE_NAME"));

  /** Names for a service whose types' full names begin so: a constant would hide what it is named like. */
  MethodNames(Set<String> typeStarts) {
    constants.addAll(typeStarts);
  }

  /**
   * The Java names of one method.
   *
   * @param method {@code sayHello}; that of the asynchronous call has the suffix {@code Async}
   * @param constant {@code SAY_HELLO}
   */
  record Names(String method, String constant) {}

  /** The names of the next method of the file. */
  Names next(String protoName) {
    String method = lowerCamel(protoName);
    while (methods.contains(method)
        || methods.contains(method + "Async")
        || SourceVersion.isKeyword(method, SourceVersion.RELEASE_17)) {
      method += "_";
    }
    methods.add(method);
    methods.add(method + "Async");
    String constant = upperSnake(protoName);
    while (constant.equals("_") || !constants.add(constant)) {
      constant += "_";
    }
    return new Names(method, constant);
  }

  private static String lowerCamel(String name) {
    StringBuilder camel = new StringBuilder();
    boolean up = false;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '_') {
        up = !camel.isEmpty();
      } else {
        String one = String.valueOf(c);
        camel.append(
            camel.isEmpty()
                ? one.toLowerCase(Locale.ROOT)
                : up ? one.toUpperCase(Locale.ROOT) : one);
        up = false;
      }
    }
    return identifier(camel.toString());
  }

  private static String upperSnake(String name) {
    return identifier(name.replaceAll("([a-z0-9])([A-Z])", "$1_$2")
        .replaceAll("([A-Z])([A-Z][a-z])", "$1_$2")
        .replaceAll("__+", "_")
        .replaceAll("^_|_$", "")
        .toUpperCase(Locale.ROOT));
  }

  private static String identifier(String name) {
    return name.isEmpty() || Character.isDigit(name.charAt(0)) ? "_" + name : name;
  }
}
