package io.meshrpc.api;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Named values that travel with a request or a reply beside the payload. Immutable, as long as nobody
 * changes an array that an {@link Entry} holds; the order of entries is kept, and a key may occur more
 * than once.
 */
public final class Metadata {
  /** No entries. */
  public static final Metadata EMPTY = new Metadata(List.of());

  private static final int KEY_BYTES_MAX = 128;

  private final List<Entry> entries;

  private Metadata(List<Entry> entries) {
    this.entries = entries;
  }

  /**
   * One key and its value.
   *
   * @param key lower-case ASCII letters, digits, '-', '_' and '.'; 1 to 128 of them
   * @param value bytes, UTF-8 by custom; not to be changed once handed over
   */
  public record Entry(String key, byte[] value) {
    /**
     * Checks the key.
     *
     * @throws IllegalArgumentException if the key has other characters or another length
     */
    public Entry {
      Objects.requireNonNull(value, "value");
      if (!isKey(key)) {
        throw new IllegalArgumentException(
            "key: \"" + key + "\" (expected: 1 to 128 of a-z, 0-9, '-', '_', '.')");
      }
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Entry entry
          && key.equals(entry.key)
          && Arrays.equals(value, entry.value);
    }

    @Override
    public int hashCode() {
      return 31 * key.hashCode() + Arrays.hashCode(value);
    }

    /** The value as UTF-8 text. */
    public String text() {
      return new String(value, StandardCharsets.UTF_8);
    }
  }

  /** Whether this may be a key. */
  public static boolean isKey(String key) {
    if (key.isEmpty() || key.length() > KEY_BYTES_MAX) {
      return false;
    }
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      boolean fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "-_.".indexOf(c) >= 0;
      if (!fits) {
        return false;
      }
    }
    return true;
  }

  /** Metadata of these entries. */
  public static Metadata of(List<Entry> entries) {
    return entries.isEmpty() ? EMPTY : new Metadata(List.copyOf(entries));
  }

  /** Metadata of one entry. */
  public static Metadata of(String key, String value) {
    return EMPTY.with(key, value);
  }

  /** These entries and one more, as UTF-8 text. */
  public Metadata with(String key, String value) {
    return with(key, value.getBytes(StandardCharsets.UTF_8));
  }

  /** These entries and one more. */
  public Metadata with(String key, byte[] value) {
    List<Entry> more = new ArrayList<>(entries);
    more.add(new Entry(key, value.clone()));
    return new Metadata(List.copyOf(more));
  }

  /** These entries, then the other's. */
  public Metadata with(Metadata other) {
    if (other.isEmpty()) {
      return this;
    }
    if (isEmpty()) {
      return other;
    }
    List<Entry> more = new ArrayList<>(entries);
    more.addAll(other.entries);
    return new Metadata(List.copyOf(more));
  }

  /** The value of the last entry with this key, as UTF-8 text. */
  public Optional<String> text(String key) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i).key().equals(key)) {
        return Optional.of(entries.get(i).text());
      }
    }
    return Optional.empty();
  }

  /** All entries in their order. */
  public List<Entry> entries() {
    return entries;
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Bytes of all keys and values. */
  public int bytes() {
    int sum = 0;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      sum += entry.key().length() + entry.value().length;
    }
    return sum;
  }

  /** Whether the other has the same entries in the same order. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Metadata metadata && entries.equals(metadata.entries);
  }

  @Override
  public int hashCode() {
    return entries.hashCode();
  }

  @Override
  public String toString() {
    List<String> keys = new ArrayList<>();
    entries.forEach(entry -> keys.add(entry.key()));
    return "Metadata" + keys;
  }
}
