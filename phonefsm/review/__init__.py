# SPDX-License-Identifier: Apache-2.0
"""What people review: diagrams, tables and reference pages, all made from the table and the code."""
