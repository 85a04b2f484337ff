package io.meshrpc.security;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;

/** Keys in files: the secret one apart from the public one, and for its owner's eyes only. */
final class KeyFiles {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");
  private static final int FILE_BYTES_MAX = 1000; // a key, and what an editor may add
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> TOO_OPEN = EnumSet.of(
      PosixFilePermission.GROUP_WRITE,
      PosixFilePermission.OTHERS_READ,
      PosixFilePermission.OTHERS_WRITE);

  private KeyFiles() {}

  static void save(CurveKeys keys, Path directory, String name) throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name: " + name + " (expected: letters, digits, dots, hyphens and underscores)");
    }
    Path open = directory.resolve(name + ".pub");
    Path secret = directory.resolve(name + ".key");
    if (Files.exists(open)) {
      throw new FileAlreadyExistsException(open.toString());
    }
    Set<? extends OpenOption> isNew =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    write(secret, isNew, keys.secretKey(), ownerOnly(directory));
    write(open, isNew, keys.publicKey());
  }

  static CurveKeys load(Path file) {
    String text;
    try {
      if (hasPosix(file)) {
        Set<PosixFilePermission> open = EnumSet.copyOf(TOO_OPEN);
        open.retainAll(Files.getPosixFilePermissions(file));
        if (!open.isEmpty()) {
          String found = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
          throw new IllegalArgumentException(
              "secret key file: %s, permissions %s (expected: rw-------)".formatted(file, found));
        }
      }
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new IllegalArgumentException("secret key file: %s, %d bytes (expected: a key alone)"
            .formatted(file, Files.size(file)));
      }
      text = Files.readString(file).strip();
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(
          "secret key file: " + file + " (expected: a file that is there)", e);
    } catch (IOException e) { // bytes that are no text, for one; must not be shown
      throw new IllegalArgumentException(
          "secret key file: %s (expected: a file that can be read): %s"
              .formatted(file, e.getClass().getSimpleName()));
    }
    try {
      return CurveKeys.of(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("in " + file + ": " + e.getMessage());
    }
  }

  private static void write(
      Path file, Set<? extends OpenOption> how, String key, FileAttribute<?>... attributes)
      throws IOException {
    try (var channel = Files.newByteChannel(file, how, attributes)) {
      var bytes = StandardCharsets.US_ASCII.encode(key + "\n");
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  /** From the start, so that there is no moment in which others could open it. */
  private static FileAttribute<?>[] ownerOnly(Path directory) throws IOException {
    return hasPosix(directory)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
        : new FileAttribute<?>[0];
  }

  private static boolean hasPosix(Path path) throws IOException {
    return Files.getFileStore(path).supportsFileAttributeView("posix");
  }
}
