package io.meshrpc.tools;

import io.meshrpc.security.CurveKeys;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes keys of CURVE: {@code new NAME [DIRECTORY]} writes {@code NAME.key} and {@code NAME.pub} and
 * prints the line for a server's allow-list; {@code show FILE.key [NAME]} prints that line again. Never
 * prints a secret key. Exits with 0 if it has done so, 2 if it did not understand, else 1.
 */
public final class MeshKeys {
  private static final String USAGE = """
      usage: mesh-keys new NAME [DIRECTORY]    makes NAME.key (secret, rw-------) and NAME.pub
             mesh-keys show FILE.key [NAME]    prints the public key and its line for an allow-list""";

  private MeshKeys() {}

  /** Runs the tool. */
  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments), System.out, System.err));
  }

  static int run(List<String> arguments, PrintStream out, PrintStream err) {
    boolean counted = arguments.size() == 2 || arguments.size() == 3;
    if (!counted || !List.of("new", "show").contains(arguments.get(0))) {
      err.println(USAGE);
      return 2;
    }
    String first = arguments.get(1);
    String second = arguments.size() == 3 ? arguments.get(2) : "";
    try {
      if (arguments.get(0).equals("new")) {
        make(first, Path.of(second.isEmpty() ? "." : second), out);
      } else {
        Path file = secretKeyFile(first);
        String stem = String.valueOf(file.getFileName()).replaceFirst("\\.key$", "");
        print(CurveKeys.load(file), second.isEmpty() ? stem : second, out);
      }
      return 0;
    } catch (FileAlreadyExistsException e) {
      err.println(e.getFile() + " is there already; nothing was written");
    } catch (NoSuchFileException e) {
      err.println(e.getFile() + " cannot be written");
    } catch (AccessDeniedException e) {
      err.println(e.getFile() + ": access is denied");
    } catch (IllegalArgumentException | IOException e) {
      err.println(e.getMessage());
    }
    return 1;
  }

  /** Who named the public key's would be told that its permissions are wrong. */
  private static Path secretKeyFile(String name) {
    if (name.endsWith(".pub")) {
      throw new IllegalArgumentException(
          "file: " + name + " (expected: that of the secret key, NAME.key)");
    }
    return Path.of(name);
  }

  private static void make(String name, Path directory, PrintStream out) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new IllegalArgumentException(
          "directory: " + directory + " (expected: one that is there)");
    }
    CurveKeys keys = CurveKeys.generate();
    keys.save(directory, name);
    out.println("secret key:  " + directory.resolve(name + ".key") + " (keep it to yourself)");
    out.println("public key:  " + directory.resolve(name + ".pub"));
    print(keys, name, out);
  }

  private static void print(CurveKeys keys, String name, PrintStream out) {
    out.println("public key:  " + keys.publicKey());
    out.println("allow-list:  " + keys.publicKey() + " " + name);
  }
}
