"""What the compiler and the linker are asked for is in the binary: position independent, its tables read-only after loading, nothing to
write and run, stack protector, checked library calls, branch targets; no points to die at in a release, and no memory of where it was built."""
import re
import shutil
import subprocess
import unittest

import support

RELEASE = not support.ASAN and not support.FAULTS


@unittest.skipIf(support.ASAN, "hardening: a build with sanitizers has other aims; the release binary is looked at")
@unittest.skipUnless(shutil.which("readelf"), "hardening: no readelf here")
class Hardening(support.Case):
    def read(self, *args, tool="readelf"):
        return subprocess.run([tool, *args, str(support.BINARY)], capture_output=True, text=True, check=True).stdout

    def test_position_independent_and_bound_at_once(self):
        self.assertRegex(self.read("-hW"), r"Type: +DYN")
        dynamic = self.read("-dW")
        self.assertRegex(dynamic, r"FLAGS_1.*\bPIE\b")
        self.assertRegex(dynamic, r"FLAGS_1.*\bNOW\b")
        self.assertNotRegex(dynamic, r"\b(RPATH|RUNPATH|TEXTREL)\b")

    def test_segments(self):
        segments = self.read("-lW")
        self.assertIn("GNU_RELRO", segments)
        self.assertRegex(segments, r"GNU_STACK +\S+ +\S+ +\S+ +\S+ +\S+ +RW +")
        for flags in re.findall(r"^ +LOAD +\S+ +\S+ +\S+ +\S+ +\S+ +([RWE ]{3})", segments, flags=re.M):
            self.assertFalse("W" in flags and "E" in flags, segments)

    def test_checked_calls(self):
        symbols = self.read("--dyn-syms", "-W")
        self.assertIn("__stack_chk_fail", symbols)
        if RELEASE:
            self.assertGreater(len(set(re.findall(r"\b__\w+_chk\b", symbols))), 3, "_FORTIFY_SOURCE")

    @unittest.skipUnless(shutil.which("objdump"), "branch targets: no objdump here")
    def test_branch_targets(self):
        if "X86-64" not in self.read("-hW"):
            self.skipTest("branch targets: of x86-64 only")
        self.assertGreater(self.read("-d", "--section=.text", tool="objdump").count("endbr64"), 500, "-fcf-protection")

    @unittest.skipUnless(RELEASE, "a build with fault points")
    def test_nothing_for_tests_alone(self):
        for word in (b"ALIDADE_FAULT", b"ALIDADE_CLOCK_MS", b"ALD_FUZZ"):
            self.assertNotIn(word, support.BYTES)


if __name__ == "__main__":
    unittest.main()
