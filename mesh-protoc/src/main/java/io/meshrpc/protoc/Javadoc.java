package io.meshrpc.protoc;

import com.google.protobuf.DescriptorProtos.SourceCodeInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Carries comments of a {@code .proto} file into Javadoc that is plain ASCII and safe to compile. */
final class Javadoc {
  private final Map<List<Integer>, String> leading = new HashMap<>();

  Javadoc(SourceCodeInfo source) {
    source.getLocationList().forEach(place -> {
      if (place.hasLeadingComments()) {
        leading.put(List.copyOf(place.getPathList()), place.getLeadingComments());
      }
    });
  }

  /** The comment before the element at this path as lines of Javadoc; empty if there is none. */
  List<String> at(Integer... path) {
    List<String> lines = new ArrayList<>();
    boolean blank = false;
    for (String line : leading.getOrDefault(List.of(path), "").lines().toList()) {
      String text = escape(line.strip());
      if (text.isEmpty()) {
        blank = true;
        continue;
      }
      if (blank && !lines.isEmpty()) {
        lines.add("");
        lines.add("<p>" + text);
      } else {
        lines.add(text);
      }
      blank = false;
    }
    return lines;
  }

  /** Text that neither ends the comment nor means anything to Javadoc, HTML or the lexer. */
  static String escape(String text) {
    StringBuilder safe = new StringBuilder();
    text.codePoints().forEach(c -> {
      boolean plain = c >= ' ' && c < 0x7f && "&<>@*/\\{}".indexOf(c) < 0;
      boolean control = Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE;
      if (plain) {
        safe.append((char) c);
      } else if (control) {
        safe.append(' ');
      } else if ((c == '*' || c == '/') && isHarmless(safe, c)) {
        safe.append((char) c);
      } else if (!Character.isDefined(c)) {
        // javac and javadoc refuse entities that they do not know
        safe.append("U+").append(Integer.toHexString(c).toUpperCase(Locale.ROOT));
      } else {
        safe.append("&#").append(c).append(';');
      }
    });
    return safe.toString();
  }

  private static boolean isHarmless(StringBuilder before, int c) {
    char last = before.isEmpty() ? '*' : before.charAt(before.length() - 1);
    return last != '*' && last != '/' && (c == '/' || !before.isEmpty());
  }
}
