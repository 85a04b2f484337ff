package io.meshrpc.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An allow-list in a file, read again once it has changed and then stayed the same for one look. */
final class AllowListFile implements CurveAllowList {
  private static final int NAME_CHARACTERS_MAX = 255;

  private final Path file;
  private volatile Map<String, String> names;
  private @Nullable Version read; // the latest whose text was seen; guarded by this
  private @Nullable Version seen; // at the last look; guarded by this
  private String complaint = ""; // of the latest that could not be read; guarded by this

  /** By what a change shows. */
  private record Version(
      Object modified, long bytes, @Nullable Object fileKey) {
    static final Version NONE = new Version("no file", 0, null);

    static Version of(Path file) {
      try {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        return new Version(now.lastModifiedTime(), now.size(), now.fileKey());
      } catch (IOException e) {
        return NONE;
      }
    }
  }

  AllowListFile(Path file) {
    this.file = file;
    try {
      this.names = load();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  @Override
  public Optional<String> nameOf(String publicKey) {
    return Optional.ofNullable(names.get(publicKey));
  }

  /** What is just being written is left alone until it has stayed the same from one look to the next. */
  @Override
  public synchronized boolean refresh(boolean now) {
    Version current = Version.of(file);
    boolean settled = current.equals(seen);
    seen = current;
    if (!now && current.equals(read)) {
      complaint = "";
      return false;
    }
    return (now || settled) && readAgain(now);
  }

  /** What is wrong is complained of once. What cannot be read is tried at each look: it may be allowed to later. */
  private boolean readAgain(boolean now) {
    try {
      names = load();
      complaint = "";
      return true;
    } catch (IOException e) {
      IllegalArgumentException wrong = unreadable(e);
      String text = String.valueOf(wrong.getMessage());
      if (!now && text.equals(complaint)) {
        return false;
      }
      complaint = text;
      throw wrong;
    }
  }

  private synchronized Map<String, String> load() throws IOException {
    Version before = Version.of(file);
    List<String> lines = Files.readAllLines(file);
    read = before;
    Map<String, String> found = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) { // no key does: it is the highest digit
        addLine(found, line, i + 1);
      }
    }
    return Map.copyOf(found);
  }

  private void addLine(Map<String, String> found, String line, int number) {
    String place = file + ", line " + number + ": ";
    String[] parts = line.split("\\s+", 2);
    if (parts.length < 2) {
      throw new IllegalArgumentException(
          place + "one word (expected: a public key, a space, a name)");
    }
    try {
      check(parts[0], parts[1]);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(place + e.getMessage(), e);
    }
    if (found.putIfAbsent(parts[0], parts[1]) != null) {
      throw new IllegalArgumentException(
          place + "the key of " + parts[1] + " (expected: each key once)");
    }
  }

  private IllegalArgumentException unreadable(IOException e) {
    return new IllegalArgumentException(
        "allow-list: " + file + " (expected: a file that can be read): " + e, e);
  }

  static Map<String, String> checked(Map<String, String> nameByKey) {
    nameByKey.forEach(AllowListFile::check);
    return Map.copyOf(nameByKey);
  }

  private static void check(String key, String name) {
    Z85Keys.checkPublic("public key", key);
    Objects.requireNonNull(name, "name");
    if (name.isBlank() || name.length() > NAME_CHARACTERS_MAX) {
      throw new IllegalArgumentException("name: %d characters (expected: 1 to %d)"
          .formatted(name.strip().length(), NAME_CHARACTERS_MAX));
    }
  }
}
